"""Names its task for the VM."""

from plugin import Plugin


class Broken(Plugin):
    def task_name(self):
        return self.env["VM_ID"]


raise SystemExit(Broken().main())
