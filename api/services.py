"""What a request or a command needs, built once per process and passed on."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app

from api.bundle.read import Bundle, read_bundle
from api.config import Config
from api.errors import BundleError, DatabaseUnavailable
from api.metrics import ProcessMetrics
from api.policy.active import Policies
from api.rate_limit import RateLimit
from api.release import release
from api.schemas.prices import read_prices
from api.store.database import Database
from api.store.events.chain_end import ChainEnd, place
from api.store.events.group_commit import Recorder
from api.store.keys import KnownKeys
from api.store.logins import EndedLogins
from api.store.people import imports
from api.store.policy_results import Results

if TYPE_CHECKING:
    from api.scoring.champion import Champion


class Services:
    """Settings, the database, and the champion, which is loaded at its first use.

    LightGBM's threads do not survive a fork, so nothing may load it before gunicorn
    has made its workers; and commands do not need it at all.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.release = release(config)
        seconds = config.database_timeout_seconds
        self._prices = read_prices(Path(config.prices)) if config.prices else None
        self.metrics = ProcessMetrics(config.threads)
        self.database = Database(
            config.database_url, seconds, config.threads, waited=self.metrics.waited
        )
        self.keys = KnownKeys(self.database)
        self.ended_logins = EndedLogins(self.database)
        self.chain_end = ChainEnd(place(config.chain_end, config.database_url), seconds)
        self.recorder = Recorder(self.database, self.chain_end)
        self.policies = Policies(self.database, config.policy_seconds)
        self.policy_results = Results(self.database)
        self.rate_limit = RateLimit(config.rate_per_second)
        # How many requests compute features at the same time: each takes memory.
        self.at_once = config.threads
        # About to stop: nobody should send more.
        self.draining = False
        # Tells the server's other processes that there is a new bundle.
        self.announce: Callable[[], None] = lambda: None
        self._champion: Champion | None = None
        self._loading = threading.Lock()
        self._is_whole = False

    def require_store(self) -> None:
        """Raise NotPrepared unless this code serves the schema, EventsError when the
        store was cut short before this process began: later, who appends sees it.
        """
        self.database.require_schema()
        if not self._is_whole:
            self.chain_end.require_whole(self.database)
            self.chain_end.begin(self.database)
            logging.getLogger("api").info("database: %s", self.database.kind)
            self._is_whole = True

    def champion(self) -> Champion:
        """The model that serves; raises BundleError.

        A request takes it once and keeps it to its end, so that no answer mixes two.
        """
        if self._champion is None:
            with self._loading:
                if self._champion is None:
                    self._load(read_bundle(self.config.bundle))
        assert self._champion is not None
        return self._champion

    def serve(self, bundle: Bundle) -> None:
        """Serve a bundle that was read already; raises BundleError."""
        with self._loading:
            self._load(bundle)

    def reload(self) -> Champion:
        """Serve what is in the bundle's folder now.

        Raises BundleError, and what served before serves on.
        """
        with self._loading:
            bundle = read_bundle(self.config.bundle)
            serving = self._champion
            if serving is None or serving.bundle.sha256 != bundle.sha256:
                self.note_served()
                self.require_fitting_clients(bundle)
                self._load(bundle)
                self.note_served()
        return self.champion()

    def require_fitting_clients(self, bundle: Bundle) -> None:
        """Raise BundleError when the known clients have other features."""
        if imports.lacking(self.database, bundle.manifest.feature_set):
            raise BundleError(
                f"bundle {self.config.bundle}: the imported clients have other "
                "features: first run python -m flask --app api clients import"
            )

    def note_served(self) -> None:
        """Note in the database which feature set is served: no import removes it then.

        Raises DatabaseUnavailable.
        """
        if self._champion is not None:
            feature_set = self._champion.manifest.feature_set
            imports.note_served(self.database, feature_set)

    def tell_waiting(self) -> None:
        """Log which clients were imported for a bundle that did not come yet."""
        log = logging.getLogger("api")
        try:
            waiting = [one for one in imports.listed(self.database) if one.waits]
        except DatabaseUnavailable as error:
            log.warning("imports: %s", error.message)
            return
        for one in waiting:
            log.warning("%s", one)

    def _load(self, bundle: Bundle) -> None:
        from api.scoring.champion import load

        replaces = self._champion is not None
        self._champion = load(bundle, self.at_once, self._prices)
        if replaces:
            # The one before holds tens of megabytes, in circles of references.
            gc.collect()
        model = bundle.manifest.model
        self.metrics.serving(model.name, model.version, bundle.sha256)


def services() -> Services:
    """Those of the current application."""
    registered: Services = current_app.extensions["scoring"]
    return registered
