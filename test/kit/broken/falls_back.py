"""Says less progress than before."""

from plugin import Plugin


class Broken(Plugin):
    def progress(self, done, total):
        super().progress(done % (total // 2), total)


raise SystemExit(Broken().main())
