"""Copies the first file of a chain of snapshots."""

from plugin import Plugin


class Broken(Plugin):
    def source(self):
        return self.env["BASE_VMDK"]


raise SystemExit(Broken().main())
