"""Names its task for the attempt, and so never finds that of an attempt before."""

from plugin import Plugin


class Broken(Plugin):
    def task_name(self):
        return f"{self.env['COPY_ID']}-{self.env['ATTEMPT']}"


raise SystemExit(Broken().main())
