"""Keeps a file where only root may."""

from plugin import Plugin, PluginError


class Broken(Plugin):
    def copy(self):
        try:
            open("/etc/offload-plugin.state", "w").close()
        except OSError as error:
            raise PluginError(str(error), False) from None
        return super().copy()


raise SystemExit(Broken().main())
