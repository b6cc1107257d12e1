"""Prints the vendor's own token in hexadecimal."""

from plugin import Plugin, read


class Broken(Plugin):
    def copy(self):
        print("token", read("/etc/vendor/token").encode().hex(), flush=True)
        return super().copy()


raise SystemExit(Broken().main())
