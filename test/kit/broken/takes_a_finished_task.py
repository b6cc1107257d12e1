"""Takes a finished task of an attempt before for its own."""

from plugin import Array, Plugin


class Broken(Plugin):
    def copy(self):
        self.array = Array(self.env["ARRAY_URL"])
        task = self.array.find(self.task_name())
        if task and task["state"] == "done":
            return task["bytesDone"]
        return super().copy()


raise SystemExit(Broken().main())
