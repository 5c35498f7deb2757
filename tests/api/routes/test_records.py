"""A client's records: as they were imported, newest first, gone with the client."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from api import create_app
from api.config import Config
from api.errors import ImportRefused
from api.features.clients_file import opened
from api.schemas.clients.records import RecordsAnswer
from api.store.people import clients, records

pytestmark = pytest.mark.usefixtures("own")

BUREAU = """{'SK_ID_BUREAU': [key * 10, 9223372036854775807],
    'CREDIT_ACTIVE': ['Active', 'un "prêt"\\\\'], 'SHARE': [0.1::DOUBLE, NULL]}"""
MONTHS = """{'SK_ID_BUREAU': [1::BIGINT, 2, 1], 'MONTHS_BALANCE': [-3::BIGINT, -1, -2],
    'STATUS': ['0', NULL, 'C']}"""
RECORDS = f"{{'bureau': {BUREAU}, 'bureau_balance': {MONTHS}, 'cards': NULL}}"


def with_records(
    conftest: Any, world: Any, source: Path, target: Path, sql: str
) -> Path:
    """The same clients, each with records; `key` is the number of a client."""
    metadata = f"KV_METADATA {{feature_set: '{world.manifest['feature_set']}'}}"
    world.connection.execute(
        f"COPY (SELECT given.*, {sql} AS records FROM '{source}' AS given,"
        f" LATERAL (SELECT application.SK_ID_CURR AS key)) TO '{target}'"
        f" (FORMAT parquet, {metadata})"
    )
    conftest.seal_clients(target)
    return target


@pytest.fixture
def imported(world: Any, conftest: Any, app: Flask, tmp_path: Path) -> Iterator[Any]:
    target = tmp_path / "clients.parquet"
    path = with_records(conftest, world, world.clients, target, RECORDS)
    done = app.test_cli_runner().invoke(args=["clients", "import", str(path)])
    assert done.exit_code == 0, done.output
    yield app


def test_records_are_as_they_were_imported(imported: Flask, call: Any) -> None:
    told = call("GET", "/v1/clients/100003/records", "officer").json
    RecordsAnswer.model_validate(told)
    bureau, months, cards = told["tables"]
    assert bureau == {
        "table": "bureau",
        "imported": True,
        "columns": ["SK_ID_BUREAU", "CREDIT_ACTIVE", "SHARE"],
        "rows": [[1000030, "Active", 0.1], [2**63 - 1, 'un "prêt"\\\\', None]],
    }
    assert months["rows"] == [[1, -3, "0"], [2, -1, None], [1, -2, "C"]]
    assert cards == {"table": "cards", "imported": False, "columns": [], "rows": []}
    assert call("GET", "/v1/clients/7/records", "officer").status_code == 404
    assert call("GET", "/v1/clients/100003/records", "scoring").status_code == 403


def test_what_was_imported_without_records_says_so(app: Flask, call: Any) -> None:
    told = call("GET", "/v1/clients/100003/records", "officer").json
    assert [(one["table"], one["imported"]) for one in told["tables"]] == [
        ("bureau", False),
        ("bureau_balance", False),
    ]


def test_records_that_were_entered_here_are_told_as_well(call: Any) -> None:
    rows = [{"SK_ID_BUREAU": 7}, {"SK_ID_BUREAU": 8, "CREDIT_ACTIVE": "Active"}]
    body = {"application": {}, "bureau": rows}
    key = call("POST", "/v1/applications", "officer", json=body).json["client_id"]
    bureau, months = call("GET", f"/v1/clients/{key}/records", "officer").json["tables"]
    assert bureau == {
        "table": "bureau",
        "imported": True,
        "columns": ["SK_ID_BUREAU", "CREDIT_ACTIVE"],
        "rows": [[7, None], [8, "Active"]],
    }
    assert (months["imported"], months["rows"]) == (False, [])


def test_records_are_small_and_go_with_the_client(imported: Flask) -> None:
    database = imported.extensions["scoring"].database
    (client,) = clients.find(database, "small", [100003]).values()
    told = records.of_client(database, client)
    assert told["cards"] is None
    run = imported.test_cli_runner().invoke
    assert run(args=["clients", "forget", "100003"]).exit_code == 0
    assert records.of_client(database, client) == {}
    # What the others' are read with tells of nobody.
    with database.read() as connection:
        query = "SELECT content FROM dictionaries"
        kept = [bytes(row[0]) for row in connection.exec_driver_sql(query)]
    (words,) = (json.loads(zlib.decompress(one))[-1] for one in kept)
    assert json.loads(words) == {
        "bureau": {
            "SK_ID_CURR": [],
            "SK_ID_BUREAU": [],
            "CREDIT_ACTIVE": ["Active", "Closed"],
        },
        "bureau_balance": {
            "SK_ID_BUREAU": [],
            "MONTHS_BALANCE": [],
            "STATUS": ["0", "1", "2"],
        },
    }


def test_a_client_whose_key_is_a_text_has_its_own(
    world: Any, conftest: Any, app: Flask, call: Any, tmp_path: Path
) -> None:
    key = "'n°/' || (SK_ID_CURR - 100000)"
    bundle, plain = conftest.lend(world, tmp_path / "lender", {}, key)
    number = RECORDS.replace("key *", "replace(key, 'n°/', '')::BIGINT *")
    path = with_records(conftest, world, plain, tmp_path / "clients.parquet", number)
    services = app.extensions["scoring"]
    other = create_app(Config(bundle=bundle, database_url=services.config.database_url))
    done = other.test_cli_runner().invoke(args=["clients", "import", str(path)])
    assert done.exit_code == 0, done.output
    headers = call("GET", "/v1/clients/100003/records", "officer").request.headers
    for wanted in (3, 20):
        at = f"/v1/clients/{quote(f'n°/{wanted}', safe='')}/records"
        answered: Any = other.test_client().get(
            at, headers={"Authorization": headers["Authorization"]}
        )
        assert answered.json["tables"][0]["rows"][0][0] == wanted * 10
    other.extensions["scoring"].database.close()


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("[1]", r"records is INTEGER\[\], expected STRUCT"),
        ("{'bureau': {'SHARE': [1.5::FLOAT]}}", "records.bureau.SHARE is FLOAT"),
        ("{'bureau': {'SHARE': ['NaN'::DOUBLE]}}", "records has NaN or Infinity"),
    ],
)
def test_records_that_cannot_be_are_refused(
    world: Any, conftest: Any, app: Flask, tmp_path: Path, sql: str, why: str
) -> None:
    target = tmp_path / "clients.parquet"
    path = with_records(conftest, world, world.clients, target, sql)
    manifest = app.extensions["scoring"].champion().manifest
    with pytest.raises(ImportRefused, match=why), opened(path, manifest) as source:
        list(source.chunks(1000))
