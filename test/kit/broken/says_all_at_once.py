"""Says all of its progress before anything is copied."""

from plugin import Plugin


class Broken(Plugin):
    def progress(self, done, total):
        super().progress(total, total)


raise SystemExit(Broken().main())
