"""Copies, and ends with an exit code that says that it failed."""

from plugin import Plugin


class Broken(Plugin):
    def end(self, message, code):
        return super().end(message, code) or 2


raise SystemExit(Broken().main())
