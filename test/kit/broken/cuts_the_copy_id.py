"""Cuts COPY_ID to the 24 characters that its array takes."""

from plugin import Plugin


class Broken(Plugin):
    def task_name(self):
        return self.env["COPY_ID"][:24]


raise SystemExit(Broken().main())
