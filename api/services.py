"""What a request or a command needs, built once per process and passed on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from flask import current_app

from api.config import Config
from api.store.database import Database

if TYPE_CHECKING:
    from api.champion import Champion


class Services:
    """Settings, the database, and the champion, which is loaded at its first use.

    LightGBM's threads do not survive a fork, so nothing may load it before gunicorn
    has made its workers; and commands do not need it at all.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.database = Database(config.database_url, config.database_timeout_seconds)
        self._champion: Champion | None = None
        self._lock = threading.Lock()

    def champion(self) -> Champion:
        """The model that serves; raises BundleError."""
        with self._lock:
            if self._champion is None:
                from api.champion import load

                self._champion = load(self.config.bundle, self.config.threads)
            return self._champion


def services() -> Services:
    """Those of the current application."""
    found: Services = current_app.extensions["scoring"]
    return found
