"""A bundle that was damaged and sealed again is refused, or answers every request."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from flask import Flask

from api.bundle.read import read_bundle
from api.errors import BundleError
from tests.api.scorecards import as_scorecard

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)

# `make soak` tries more, and then serves each that is not refused.
FILES = int(os.environ.get("DAMAGED_FILES", "6"))
SERVED = FILES if "DAMAGED_FILES" in os.environ else 1
NUMBERS = ("-1", "0", "1", "7", "40", "nan", "inf", "-inf", "1e308", "1e999", "x", "")
VALUES: tuple[Any, ...] = (
    None,
    -1,
    0,
    1e308,
    "",
    "x",
    [],
    {},
    True,
    10**30,
    [[]],
    "\x00",
    "F",
)
WORDS = (";", "NULL", "1", "'x'", "*", "(", "read_text('/etc/passwd')", "LIMIT 1", "--")
OFFICER = (
    "/v1/model",
    "/v1/model/importance",
    "/v1/model/scorecard",
    "/v1/model/card?lang=fr",
    "/v1/features/AMT_CREDIT/distribution?client_id=100001",
    "/v1/features/CODE_GENDER/distribution?client_id=100001",
    "/v1/features/AMT_CREDIT/scatter?with=CODE_GENDER&client_id=100001",
    "/v1/clients/100001",
    "/v1/clients/100001/similar",
    "/v1/clients/100001/dependence?feature=AMT_CREDIT",
    "/v1/clients/100001/dependence?feature=CODE_GENDER",
    "/v1/model/inspection",
    "/openapi.json",
)
ANALYST = (
    "/v1/monitoring/reports",
    "/v1/monitoring/reports/latest",
    "/v1/monitoring/reports/latest/html",
)


def bits(content: bytes, chance: random.Random) -> bytes:
    """One to three bits are flipped."""
    altered = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(8)
    return bytes(altered)


def numbers(content: bytes, chance: random.Random) -> bytes:
    """In a line of a text of `name=number number …` something is another."""
    lines = content.decode().partition("\nend of trees")[0].split("\n")
    rest = content.decode()[len("\n".join(lines)) :]
    at = chance.choice([n for n, line in enumerate(lines) if "=" in line])
    name, _, text = lines[at].partition("=")
    values = text.split(" ")
    where = chance.randrange(len(values))
    match chance.randrange(6):
        case 0:
            del values[where]
        case 1:
            values.insert(where, values[chance.randrange(len(values))])
        case 2:
            values[where] = values[chance.randrange(len(values))]
        case 3 | 4:
            values[where] = chance.choice(NUMBERS)
        case 5:
            name = chance.choice(["", name + "x", "is_linear", "num_cat"])
    lines[at : at + 1] = [f"{name}={' '.join(values)}"] if name else []
    return ("\n".join(lines) + rest).encode()


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON document, as what holds it and where in that."""
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from places(tree[key])


def values(content: bytes, chance: random.Random) -> bytes:
    """In a JSON document a value is another, or gone, or there twice."""
    document = json.loads(content)
    holder, key = chance.choice([*places(document)] or [({"": 0}, "")])
    match chance.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(0, holder[key])
        case 2 if isinstance(holder, dict):
            holder[chance.choice([key, "x"])] = holder.pop(key)
        case 3:
            other, where = chance.choice([*places(document)])
            holder[key] = json.loads(json.dumps(other[where]))
        case _:
            holder[key] = chance.choice([*VALUES, float("nan"), float("inf")])
    whole = chance.choice([document] * 50 + [[document], None, 1, [], {}])
    return json.dumps(whole).encode()


def words(content: bytes, chance: random.Random) -> bytes:
    """In SQL a word is another, or gone, or there is one more."""
    said = content.decode().split(" ")
    at = chance.randrange(len(said))
    match chance.randrange(4):
        case 0:
            del said[at]
        case 1:
            said[at] = chance.choice(said)
        case 2:
            said.insert(at, chance.choice(WORDS))
        case 3:
            said[at] = chance.choice(WORDS)
    return " ".join(said).encode()


def columns(content: bytes, chance: random.Random) -> bytes:
    """In a Parquet file a column is of other values, of another type, or gone."""
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        path, altered = Path(folder, "whole.parquet"), Path(folder, "altered.parquet")
        path.write_bytes(content)
        names = connection.execute(f"SELECT * FROM '{path}' LIMIT 0").description
        name = chance.choice([column[0] for column in names or ()])
        value = chance.choice(
            ["NULL", "'x'", "[1]", "'inf'::FLOAT", "-1", "{'a': 1}", "1e300", "true"]
        )
        chosen = chance.choice(
            [
                f"* EXCLUDE {name}",
                f"* REPLACE ({value} AS {name})",
                f"{value} AS {name}",
            ]
        )
        some = chance.choice(["", "", "", "LIMIT 0", "LIMIT 1"])
        connection.execute(
            f"COPY (SELECT {chosen} FROM '{path}' {some}) TO '{altered}' "
            "(FORMAT parquet)"
        )
        return altered.read_bytes()


KINDS: tuple[tuple[str, Callable[[bytes, random.Random], bytes]], ...] = (
    ("model.txt", bits),
    ("model.txt", numbers),
    ("scorecard.json", bits),
    ("scorecard.json", values),
    ("manifest.json", bits),
    ("manifest.json", values),
    ("reasons.json", bits),
    ("reasons.json", values),
    ("importance.json", bits),
    ("importance.json", values),
    ("inspection.json", bits),
    ("inspection.json", values),
    ("distributions.json", bits),
    ("distributions.json", values),
    ("drift/report.json", bits),
    ("drift/report.json", values),
    ("drift/conclusion.md", bits),
    ("model-card.md", bits),
    ("instalments.json", values),
    ("applicant.sql", bits),
    ("applicant.sql", words),
    ("history.sql", bits),
    ("history.sql", words),
    ("population.parquet", bits),
    ("population.parquet", columns),
)


@pytest.fixture
def folder(
    world: Any, conftest: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.setenv("PYTEST_DAMAGED", str(tmp_path / "columns.parquet"))
    bundle = Path(shutil.copytree(world.bundle, tmp_path / "bundle"))
    tree = {"of": "amount", "at": 5.0, "below": [12, 24], "above": [36]}
    (bundle / "instalments.json").write_text(json.dumps(tree))
    conftest.seal(bundle, json.loads((bundle / "manifest.json").read_text()))
    return bundle


@pytest.fixture
def ask(app: Flask, call: Any, world: Any) -> Callable[[], None]:
    """Asks what a bundle takes part in: nothing may be answered with a 5xx."""
    known = world.raw[100005]
    row = {k: v for k, v in known.application.items() if k != "SK_ID_CURR"}
    new = {
        "application": row,
        "bureau": known.bureau,
        "bureau_balance": known.bureau_balance,
    }
    asked = (
        {"client_id": 100001},
        {"client_id": 100001, "terms": {"amount": 200_000}},
        {"client_id": 100001, "changes": {"CNT_CHILDREN": 2}, "explain": "reasons"},
        new,
    )

    def all_of_it() -> None:
        made = "0"
        for paths, role in ((OFFICER, "officer"), (ANALYST, "analyst")):
            for path in paths:
                answer = call("GET", path, role)
                assert answer.status_code < 500, (path, answer.text)
        for body in asked:
            answer = call("POST", "/v1/predictions", json=body)
            assert answer.status_code < 500, (body, answer.text)
            if answer.status_code == 201:
                assert 0 <= answer.json["probability"] <= 1
                made = answer.json["prediction_id"]
        answer = call("POST", "/v1/model/segments", "analyst", json={"filters": []})
        assert answer.status_code < 500, answer.text
        answer = call(
            "POST", f"/v1/predictions/{made}/counterfactual", "officer", json={}
        )
        assert answer.status_code < 500, answer.text

    return all_of_it


@pytest.mark.parametrize(("name", "damage"), KINDS)
def test_a_damaged_file_is_refused_or_serves(
    folder: Path,
    conftest: Any,
    app: Flask,
    ask: Callable[[], None],
    name: str,
    damage: Callable[[bytes, random.Random], bytes],
) -> None:
    if name == "scorecard.json":
        as_scorecard(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    whole = (folder / name).read_bytes()
    served = 0
    for seed in range(FILES):
        (folder / name).write_bytes(damage(whole, random.Random(seed)))
        if name == "manifest.json":
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            (folder / "manifest.json.sha256").write_text(f"{digest}\n")
        else:
            conftest.seal(folder, manifest)
        with suppress(BundleError):
            bundle = read_bundle(folder)
            if served < SERVED:
                app.extensions["scoring"].serve(bundle)
                served += 1
                ask()
