"""Prints vCenter's password, as an HTTP client does in debug output."""

from plugin import Plugin, read


class Broken(Plugin):
    def copy(self):
        print("login", read("/etc/secret/accessKeyId"), read("/etc/secret/secretKey"), flush=True)
        return super().copy()


raise SystemExit(Broken().main())
