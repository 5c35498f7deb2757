"""20,000 made-up requests per database: no 5xx, nothing undocumented, no bad JSON.

python -m tests.benchmarks.fuzz [FOLDER] [REQUESTS]
"""

from __future__ import annotations

import logging
import sys
import tempfile

from api import create_app
from api.config import Config
from tests.api.http.fuzzing import Findings, fuzz
from tests.benchmarks.databases import other_database, postgresql
from tests.benchmarks.load import house_folder, prepared, say
from tests.conftest import House

EXAMPLES = 50


def run(house: House, url: str, requests: int) -> None:
    key = other_database(house, url)
    app = create_app(Config(bundle=house.bundle, database_url=url))
    logging.getLogger("api").setLevel(logging.CRITICAL)
    found = Findings()
    seed = 0
    while sum(found.statuses.values()) < requests:
        part = fuzz(app, key, EXAMPLES, seed)
        found.failures |= part.failures
        for status, count in part.statuses.items():
            found.statuses[status] = found.statuses.get(status, 0) + count
        seed += 1
    total = sum(found.statuses.values())
    by_status = dict(sorted(found.statuses.items()))
    say(
        f"{url.partition(':')[0]}: {total} requests, {len(found.failures)} findings; "
        f"{by_status}"
    )
    for label, failure in found.failures.items():
        say(f"  {label}\n{failure}\n")


def main(arguments: list[str]) -> None:
    house, _ = prepared(house_folder(arguments))
    requests = int(arguments[1]) if len(arguments) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        run(house, f"sqlite:///{folder}/fuzz.sqlite", requests)
    with postgresql() as url:
        run(house, url, requests)


if __name__ == "__main__":
    main(sys.argv[1:])
