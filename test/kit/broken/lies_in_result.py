"""Says in its result that it copied less than all."""

from plugin import Plugin


class Broken(Plugin):
    def end(self, message, code):
        if code == 0:
            message["result"]["bytes"] //= 2
        return super().end(message, code)


raise SystemExit(Broken().main())
