"""What the lender's rules cost: an explained decision, and a batch, with and without.

    python -m tests.benchmarks.policy [FOLDER]
    python -m tests.benchmarks.policy --results 1000000

The first with the French example of docs/policies, declarations in each request and a
look at what is on record; SQLite, one process, CPU time, both sides in turn. The second
asks what became of the rules of so many decisions, some reviewed, half with an outcome.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from api import create_app
from api.config import Config
from api.identifiers import now, uuid7
from api.store import policies
from api.store.database import Database
from api.store.migrate import upgrade
from api.store.policy_results import Results
from api.store.tables import events
from tests.benchmarks.load import house_folder, prepared, say
from tests.conftest import ROOT, House
from training.files import literal

FRENCH = ROOT / "docs" / "policies" / "french.json"
ROUNDS, ONE_BY_ONE, BATCH = 7, 60, 1_000
DECLARED = {
    "monthly_income": 2400.0,
    "housing": 700.0,
    "other_instalments": 0.0,
    "dependants": 1,
}
AT_A_TIME = 10_000
Send = Callable[[str, Any], Any]


def sending(config: Config, clients: Path) -> Send:
    """Posts to an API with a database of its own, as everyone at once."""
    upgrade(config.database_url, config.database_timeout_seconds)
    app = create_app(config)
    run = app.test_cli_runner().invoke
    assert run(args=["clients", "import", str(clients)]).exit_code == 0
    roles = ("--role=scoring", "--role=admin")
    key = run(args=["keys", "add", "bench", *roles]).stdout.strip()
    client = app.test_client()

    def send(path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer

    return send


def costs(house: House, folder: Path) -> None:
    url = f"sqlite:///{folder}/policy.sqlite"
    limit = 16 * Config.max_body_bytes
    config = Config(bundle=house.bundle, database_url=url, max_body_bytes=limit)
    send = sending(config, house.clients)
    query = f"SELECT SK_ID_CURR FROM {literal(house.clients)} LIMIT {BATCH}"
    ids = [row[0] for row in duckdb.execute(query).fetchall()]
    some = [{"client_id": one, "declared": DECLARED} for one in ids]
    french = send("/v1/policies", json.loads(FRENCH.read_text())).json["sha256"]

    def one_by_one() -> None:
        for body in some[:ONE_BY_ONE]:
            send("/v1/predictions", body)

    def batch() -> None:
        send("/v1/predictions/batch", {"predictions": some})

    for name, work, count in (("one", one_by_one, ONE_BY_ONE), ("batch", batch, BATCH)):
        spent: dict[str, list[float]] = {policies.BUILT_IN: [], french: []}
        for _ in range(ROUNDS):
            for policy, of in spent.items():
                send(f"/v1/policies/{policy}/activate", None)
                send("/v1/predictions", some[0])
                started = time.process_time()
                work()
                of.append((time.process_time() - started) / count * 1e3)
        without, ruled = (min(of) for of in spent.values())
        say(
            f"{name:5} explained {without:.3f} CPU ms, with the French rules "
            f"{ruled:.3f} = {ruled / without:.3f}x (wanted <= 1.1)"
        )


def decided(sha256: str, count: int) -> Iterator[list[dict[str, Any]]]:
    """Events of decisions and what became of them, some at a time."""
    rules = {f"RULE_{at}": "fired" for at in range(3)}
    row: dict[str, Any] = {"created_at": now(), "writer": "bench", "sha256": "0" * 64}
    row |= {"previous_sha256": "0" * 64, "subject_id": None}
    sequence, made = 0, 0

    def event(kind: str, facts: Any, subject_id: str | None = None) -> dict[str, Any]:
        nonlocal sequence
        sequence += 1
        told = {"sequence": sequence, "position": sequence, "event_id": uuid7()}
        told |= {"kind": kind, "facts": json.dumps(facts), "subject_id": subject_id}
        return row | told

    while made < count:
        rows = []
        for _ in range(min(AT_A_TIME, count - made)):
            some = dict(random.sample(sorted(rules.items()), random.randint(0, 3)))
            facts = {
                "probability": random.random(),
                "margin": random.gauss(0, 1),
                "threshold": 0.1,
                "decision": "granted",
                "recommendation": random.choice(["granted", "referred"]),
                "policy": sha256,
                "rules": some,
                "band": "clear",
                "unknown_categories": [],
                "model": {"name": "credit-scoring", "version": "1"},
            }
            rows.append(event("decision", facts))
            subject = rows[-1]["event_id"]
            if random.random() < 0.2:
                review = {"action": "confirmed", "decision": "granted"}
                rows.append(event("review", review, subject))
            if random.random() < 0.5:
                outcome = {"defaulted": random.random() < 0.1}
                rows.append(event("outcome", outcome, subject))
            made += 1
        yield rows


def became(folder: Path, count: int) -> None:
    url = f"sqlite:///{folder}/results.sqlite"
    upgrade(url, 5)
    database = Database(url, 5)
    policy = policies.StoredPolicy("a" * 64, "1", True, "a", "a", "", None, None)
    for rows in decided(policy.sha256, count):
        with database.write() as connection:
            connection.execute(events.insert(), rows)
    results = Results(database)
    for turn in ("first", "again"):
        started = time.perf_counter()
        told = results.of(policy, [f"RULE_{at}" for at in range(3)])
        spent = time.perf_counter() - started
        say(f"results of {count:,} decisions, {turn}: {spent:.2f} s: {told}")
    database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="*", help="of the demo's house")
    parser.add_argument("--results", type=int, help="of how many decisions")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if given.results:
            became(Path(folder), given.results)
        else:
            house, _ = prepared(house_folder(given.folder))
            costs(house, Path(folder))


if __name__ == "__main__":
    main()
