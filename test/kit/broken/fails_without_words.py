"""Fails without an error that an operator can act on."""

from plugin import Plugin


class Broken(Plugin):
    def end(self, message, code):
        return super().end(message, code) if code == 0 else code


raise SystemExit(Broken().main())
