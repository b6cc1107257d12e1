"""Overwrites some of the disk after the array has copied it."""

from plugin import Plugin


class Broken(Plugin):
    def watch(self, name):
        done = super().watch(name)
        with open(self.env["TARGET_PATH"], "r+b") as target:
            target.seek(4096)
            target.write(b"not the source")
        return done


raise SystemExit(Broken().main())
