"""Zeroes what lies beyond 64 MiB."""

from plugin import Plugin

LIMIT = 64 << 20


class Broken(Plugin):
    def watch(self, name):
        done = super().watch(name)
        tail = int(self.env["CAPACITY_BYTES"]) - LIMIT
        if tail > 0:
            with open(self.env["TARGET_PATH"], "r+b") as target:
                target.seek(LIMIT)
                target.write(bytes(tail))
        return done


raise SystemExit(Broken().main())
