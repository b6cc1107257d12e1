"""Says done without a copy."""

from plugin import Plugin


class Broken(Plugin):
    def copy(self):
        return int(self.env["CAPACITY_BYTES"])


raise SystemExit(Broken().main())
