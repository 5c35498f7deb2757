"""A policy that was tried recommends what it recommends when it decides."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.store.migrate import upgrade
from policy.read import read_policy
from tests.conftest import ROOT, House
from training.bundle.champion import read_champion
from training.bundle.read import file_sha256, read_manifest
from training.cli import main
from training.files import literal
from training.monitoring.events.policy_events import decisions
from training.scoring.policy_clients import of_file
from training.scoring.policy_facts import FactMaker, known_facts
from training.scoring.policy_trial import run

FRENCH = ROOT / "docs" / "policies" / "french.json"
BATCH = 1000
Told = dict[str, tuple[str, str, str]]


@dataclass(frozen=True)
class Deciding:
    """An API in this process, with every client imported."""

    app: Flask
    key: str

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        client = self.app.test_client()
        answered = client.open(path, method=method, headers=headers, **more)
        assert answered.status_code < 300, answered.text
        return answered

    def run(self, *command: str) -> str:
        done = self.app.test_cli_runner().invoke(args=list(command))
        assert done.exit_code == 0, done.output
        return str(done.output)

    def events(self, after: int, limit: int, features: str, kind: str) -> bytes:
        """As training's client asks for them."""
        asked = f"after={after}&limit={limit}&features={features}&kind={kind}"
        return bytes(self.call("GET", f"/v1/events?{asked}").data)


@contextmanager
def deciding(house: House, clients: Path, folder: Path) -> Iterator[Deciding]:
    url = f"sqlite:///{folder}/scoring.sqlite"
    upgrade(url, 5)
    app = create_app(Config(bundle=house.bundle, database_url=url))
    made = Deciding(app, "")
    made.run("clients", "import", str(clients))
    roles = ("officer", "scoring", "analyst", "admin")
    given = [part for role in roles for part in ("--role", role)]
    key = made.run("keys", "add", "all", *given).split()[-1]
    yield Deciding(app, key)
    app.extensions["scoring"].database.close()


@pytest.mark.xdist_group("house")
def test_what_was_tried_is_what_decides(house: House, tmp_path: Path) -> None:
    assert check(house, tmp_path, house.clients, single=50) == 2317
    # From the tables it is the same as from what was exported of them.
    out = tmp_path / "tables"
    asked = [f"--data={house.data}", f"--features={house.features}", f"--out={out}"]
    asked += [f"--bundle={house.bundle}"]
    asked += [f"--declarations={tmp_path / 'declarations.csv'}"]
    assert main(["policy", str(FRENCH), *asked]) == 0
    tried, again = (
        (tmp_path / folder / "recommendations.csv").read_bytes()
        for folder in ("trial", "tables")
    )
    assert tried == again
    assert "observed_default_rate" in (out / "moves.csv").read_text(encoding="utf-8")


@pytest.mark.xdist_group("real")
def test_on_real_applications_too(
    real_house: House, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """10,000 with --whole, each in a batch and alone; else a sample."""
    if pytestconfig.getoption("--whole"):
        assert check(real_house, tmp_path, real_house.clients, single=None) == 10_000
        return
    some = tmp_path / "clients.parquet"
    sample(real_house.clients, some, 1000)
    assert check(real_house, tmp_path, some, single=50) == 1000


def sample(clients: Path, out: Path, many: int) -> None:
    """Some of the clients, under the seal of a file of their own."""
    with duckdb.connect() as connection:
        described = connection.execute(
            "SELECT decode(value) FROM parquet_kv_metadata(?)"
            " WHERE decode(key) = 'feature_set'",
            [str(clients)],
        ).fetchone()
        assert described
        connection.execute(
            f"COPY (FROM (FROM {literal(clients)}"
            f" ORDER BY hash(SK_ID_CURR) LIMIT {many})"
            f" ORDER BY SK_ID_CURR) TO {literal(out)}"
            f" (FORMAT parquet, KV_METADATA {{feature_set: '{described[0]}'}})"
        )
    seal = out.with_name(f"{out.name}.sha256")
    seal.write_text(f"{file_sha256(out)}  {out.name}\n")


def check(house: House, folder: Path, clients: Path, single: int | None) -> int:
    """Clients decided in batches, tried, and replayed; so many one by one, too."""
    declared = declare(clients)
    with deciding(house, clients, folder) as api:
        activate(api, FRENCH.read_bytes())
        proved = list(declared)[::10]
        prove(api, proved)
        batch = decided(api, declared)
        for client in list(declared)[:single]:
            asked = {"client_id": client, "explain": False, **declared[client]}
            answer = api.call("POST", "/v1/predictions", json=asked).json
            assert told(answer) == batch[str(client)]
        assert trial(house, folder, clients, declared, proved) == batch
        # Rules of each kind had something to say.
        results = {one[0] for one in batch.values()}
        assert results == {"granted", "referred", "refused"}
        assert any(unknown for _, _, unknown in batch.values())
        api.run("events", "replay")
        again(api, house, batch)
    return len(batch)


def activate(api: Deciding, document: bytes) -> None:
    as_json = {"content_type": "application/json"}
    added = api.call("POST", "/v1/policies", data=document, **as_json)
    api.call("POST", f"/v1/policies/{added.json['sha256']}/activate")


@pytest.mark.xdist_group("house")
def test_facts_are_those_that_the_api_gives(house: House, tmp_path: Path) -> None:
    champion = read_champion(house.bundle)
    groups = ("application", "features", "terms", "confidence", "moment", "probability")
    names = [name for name in known_facts(champion) if name.split(".")[0] in groups]
    names += ["threshold", "decision"]
    some = tmp_path / "clients.parquet"
    sample(house.clients, some, 50)
    with deciding(house, some, tmp_path) as api:
        activate(api, json.dumps(reading(names)).encode())
        decided(api, {client: {} for client in declare(some)})
        lines = [
            json.loads(line)
            for line in api.events(0, 100, "all", "decision").splitlines()
        ]
    assert len(lines) == 50
    # All were decided at one moment, to the hour at least.
    maker = FactMaker(house.bundle, champion, frozenset(names), lines[0]["created_at"])
    (clients,) = of_file(some, champion, sorted(maker.columns), lambda _: None)
    made = maker.facts(clients, maker.verdicts(clients), [{}] * 50)
    stored = [line["facts"] for line in lines]
    assert min(map(len, stored)) > 100
    assert made == stored


def reading(names: list[str]) -> dict[str, Any]:
    """A policy that reads all of these, and says nothing of anybody."""
    held = {f"at-{at}": "== null" for at in range(len(names))}
    cells = {"code": "'ALL'", "effect": "'note'", "text.en": "'All.'"}
    cells["lawful_basis"] = "'A test.'"
    table = {
        "hitPolicy": "collect",
        "outputPath": "rules",
        "inputs": [
            {"id": key, "name": name, "field": name}
            for key, name in zip(held, names, strict=True)
        ],
        "outputs": [{"id": name, "name": name, "field": name} for name in cells],
        "rules": [
            {"_id": "all", **held, **cells},
        ],
    }
    version = {"expressions": [{"id": "says", "key": "version", "value": "'all'"}]}
    contents = {
        "in": ("inputNode", {}),
        "says": ("expressionNode", version),
        "rules": ("decisionTableNode", table),
        "out": ("outputNode", {}),
    }
    edges = (("in", "says"), ("in", "rules"), ("says", "out"), ("rules", "out"))
    return {
        "nodes": [
            {"id": key, "type": kind, "name": key, "content": content}
            for key, (kind, content) in contents.items()
        ],
        "edges": [
            {"id": f"{one}-{other}", "sourceId": one, "targetId": other}
            for one, other in edges
        ],
    }


def declare(clients: Path) -> dict[int, dict[str, Any]]:
    """What each client declares, if anything; some of it is not said."""
    draw = random.Random(0)
    query = f"SELECT SK_ID_CURR, application.AMT_INCOME_TOTAL FROM {literal(clients)}"
    made: dict[int, dict[str, Any]] = {}
    for client, income in duckdb.execute(f"{query} ORDER BY 1").fetchall():
        said = {
            "monthly_income": draw.choice([income, income, income, 0.5 * income, 0.0]),
            "housing": round(draw.uniform(0, 15_000), 2),
            "other_instalments": draw.choice([None, 0.0, 0.0, 5_000.5]),
            "dependants": draw.randrange(4),
        }
        known = {name: value for name, value in said.items() if value is not None}
        made[client] = {"declared": known} if draw.random() < 0.9 else {}
    return made


EVIDENCE = (
    ("identity", "confirmed", None),
    ("income", "confirmed", 20_000.0),
    ("register", "negative", None),
)


def prove(api: Deciding, clients: list[int]) -> None:
    """All that a grant needs is on record, but for each fourth one's income."""
    for at, client in enumerate(clients):
        for kind, result, amount in EVIDENCE:
            body = {
                "kind": kind,
                "source": "a source",
                "result": "contradicted" if kind == "income" and not at % 4 else result,
                "amount": amount,
                "consulted_at": datetime.now(UTC).date().isoformat(),
                "author": "A. Martin",
            }
            api.call("POST", f"/v1/clients/{client}/evidence", json=body)


def decided(api: Deciding, declared: dict[int, dict[str, Any]]) -> Told:
    made: Told = {}
    asked = [
        {"client_id": client, "explain": False, **facts}
        for client, facts in declared.items()
    ]
    for first in range(0, len(asked), BATCH):
        some = {"predictions": asked[first : first + BATCH]}
        answered = api.call("POST", "/v1/predictions/batch", json=some).json
        for one in answered["predictions"]:
            made[str(one["client_id"])] = told(one)
    return made


def told(answer: dict[str, Any]) -> tuple[str, str, str]:
    """What is recommended, the rules that fired, and those that are unknown."""
    rules = answer["policy"]["rules"]
    fired = " ".join(one["code"] for one in rules if not one.get("missing"))
    unknown = " ".join(one["code"] for one in rules if one.get("missing"))
    return answer["recommendation"], fired, unknown


def trial(
    house: House,
    folder: Path,
    clients: Path,
    declared: dict[int, dict[str, Any]],
    proved: list[int],
) -> Told:
    """As `training policy` writes it."""
    path, out = folder / "declarations.csv", folder / "trial"
    names = ("monthly_income", "housing", "other_instalments", "dependants")
    facts = ("result", "amount", "days", "valid")
    header = ["SK_ID_CURR", *(f"declared.{name}" for name in names)]
    header += [f"evidence.{kind}.{fact}" for kind, *_ in EVIDENCE for fact in facts]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(header)
        for client, facts_of in declared.items():
            said = facts_of.get("declared", {})
            row = [client, *(said.get(name) for name in names)]
            if client in proved:
                wrong = not proved.index(client) % 4
                for kind, result, amount in EVIDENCE:
                    found = "contradicted" if kind == "income" and wrong else result
                    row += [found, amount, 0, "true"]
            else:
                row += [None] * len(EVIDENCE) * len(facts)
            rows.writerow(row)
    asked = [f"--clients={clients}", f"--bundle={house.bundle}"]
    asked += [f"--declarations={path}", f"--out={out}"]
    assert main(["policy", str(FRENCH), *asked]) == 0
    with (out / "recommendations.csv").open(encoding="utf-8") as file:
        return {
            one["client"]: (one["recommendation"], one["fired"], one["unknown"])
            for one in csv.DictReader(file)
        }


def again(api: Deciding, house: House, batch: Told) -> None:
    """The stored decisions recommend by the same policy what they did."""
    champion = read_champion(house.bundle)
    policy = read_policy(FRENCH.read_bytes(), known_facts(champion))
    maker = FactMaker(house.bundle, champion, policy.facts, "")
    _manifest, sha256 = read_manifest(house.bundle)
    source = decisions(api.events, champion, sha256, lambda _: None)
    found = run(policy, maker, source, {}, [], 1.0)
    assert len(found.keys) == len(batch)
    refused = [found.before == "refused", found.after == "refused"]
    assert (refused[0] == refused[1]).all()
    fired = sorted(fired for _, fired, _ in batch.values())
    codes = np.array([rule.code for rule in policy.rules])
    assert sorted(" ".join(codes[row]) for row in found.fired) == fired
