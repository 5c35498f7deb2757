"""20,000 made-up requests per database: no 5xx, nothing undocumented, no bad JSON.

    python -m tests.benchmarks.fuzz FOLDER [POSTGRESQL_URL] [REQUESTS]

FOLDER holds a house, as the other benchmarks make it. The database at POSTGRESQL_URL
is brought to the newest schema.
"""

from __future__ import annotations

import logging
import secrets
import sys
from pathlib import Path

from api import create_app
from api.config import Config
from api.store.keys import Role
from tests.api.fuzzing import Findings, fuzz
from tests.benchmarks.load import prepared, say
from tests.conftest import House

EXAMPLES = 50


def run(house: House, url: str, requests: int) -> None:
    app = create_app(Config(bundle=house.bundle, database_url=url))
    command = app.test_cli_runner().invoke
    command(args=["db", "upgrade"])
    command(args=["clients", "import", str(house.clients)])
    roles = [f"--role={role}" for role in Role]
    name = f"fuzz-{secrets.token_hex(4)}"
    key = command(args=["keys", "add", name, *roles]).stdout.strip()
    logging.getLogger("api").setLevel(logging.CRITICAL)
    found = Findings()
    seed = 0
    while sum(found.statuses.values()) < requests:
        part = fuzz(app, key, EXAMPLES, seed)
        found.failures |= part.failures
        for status, count in part.statuses.items():
            found.statuses[status] = found.statuses.get(status, 0) + count
        seed += 1
    scheme = url.partition(":")[0]
    total, by_status = (
        sum(found.statuses.values()),
        dict(sorted(found.statuses.items())),
    )
    say(f"{scheme}: {total} requests, {len(found.failures)} findings; {by_status}")
    for label, failure in found.failures.items():
        say(f"  {label}\n{failure}\n")


def main(arguments: list[str]) -> None:
    house, _ = prepared(Path(arguments[0]))
    urls = [house.environment["SCORING_DATABASE_URL"], *arguments[1:2]]
    for url in urls:
        run(house, url, int(arguments[2]) if len(arguments) > 2 else 20_000)


if __name__ == "__main__":
    main(sys.argv[1:])
