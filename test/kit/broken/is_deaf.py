"""Ignores SIGTERM."""

from plugin import Plugin


class Never:
    def set(self):
        pass

    def is_set(self):
        return False

    def wait(self, seconds):
        import time

        time.sleep(seconds)


class Broken(Plugin):
    def __init__(self):
        super().__init__()
        self.stopping = Never()


raise SystemExit(Broken().main())
