"""Takes bytes for safe that the array has only counted."""

from plugin import Plugin


class Broken(Plugin):
    def is_done(self, task):
        return task["bytesDone"] == task["bytesTotal"]


raise SystemExit(Broken().main())
