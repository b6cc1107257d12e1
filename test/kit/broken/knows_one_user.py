"""Runs as no user but the usual one."""

import os

from plugin import Plugin, PluginError


class Broken(Plugin):
    def copy(self):
        if os.getuid() != 107:
            raise PluginError(f"user {os.getuid()} is not 107", False)
        return super().copy()


raise SystemExit(Broken().main())
