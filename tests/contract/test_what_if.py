"""A what-if computes a part of the features: the same numbers as computing all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import duckdb
import numpy as np
import pytest

from api.bundle.read import read_bundle
from api.features.columns import TYPES
from api.features.online import Revision
from api.schemas.prices import read_prices
from api.schemas.requests import Terms
from api.scoring.champion import Champion, load
from api.scoring.terms import loan_of, on_terms, revised
from api.store.people.clients import Client, Vectors
from tests.conftest import House
from tests.contract.arrays import columns_of
from training.files import literal

pytestmark = pytest.mark.xdist_group("house")
CLIENTS = 20


@pytest.fixture(scope="module")
def champion(house: House) -> Champion:
    return load(read_bundle(house.bundle), threads=1)


@pytest.fixture(scope="module")
def known(house: House) -> list[Revision]:
    rows = duckdb.execute(
        f"SELECT application, history, features FROM {literal(house.clients)} "
        f"ORDER BY hash(SK_ID_CURR) LIMIT {CLIENTS}"
    ).fetchall()
    return [
        Revision(
            application,
            np.array(history, dtype=np.float32),
            np.array(features, dtype=np.float32),
            frozenset(),
        )
        for application, history, features in rows
    ]


def test_any_changed_columns_give_what_the_whole_statement_gives(
    champion: Champion, known: list[Revision]
) -> None:
    for changed in column_sets(champion):
        asked = [
            changed_to(one, other, changed)
            for one, other in zip(known, known[1:] + known[:1], strict=True)
        ]
        expected = whole(champion, asked)
        found = champion.online.revise(asked)
        assert found.tobytes() == expected.tobytes(), sorted(changed)


def test_what_is_not_changed_is_not_computed(
    champion: Champion, known: list[Revision]
) -> None:
    marked = replace(
        known[0],
        features=np.full(len(champion.places), 7, dtype=np.float32),
        changed=frozenset({"AMT_CREDIT"}),
    )
    (found,) = champion.online.revise([marked])
    assert found[champion.places["DAYS_BIRTH"]] == 7
    assert found[champion.places["AMT_CREDIT"]] != 7
    assert 1 < np.count_nonzero(found != 7) < 50


def test_what_is_on_the_same_terms_has_the_stored_features(
    champion: Champion, known: list[Revision]
) -> None:
    """The estimated term is held: not to carry it, and to change what it is
    estimated from, is the same as to carry it.
    """
    for one in known:
        bare = {**one.application, "CNT_PAYMENT": None}
        (estimated,) = whole(champion, [replace(one, application=bare)])
        vectors = Vectors(one.history, estimated)
        client = Client(1, 1, 1, bare, vectors, "", "")
        columns = {name: bare[name] for name in bare if name != "SK_ID_CURR"}
        same = revised(champion, client, columns)
        (found,) = champion.online.revise([same])
        assert found.tobytes() == estimated.tobytes()
        term = estimated[champion.places["LOAN_TERM"]]
        less = revised(champion, client, {"AMT_CREDIT": bare["AMT_CREDIT"] * 0.7})
        (found,) = champion.online.revise([less])
        np.testing.assert_equal(found[champion.places["LOAN_TERM"]], term)


def test_an_invented_loan_has_its_lenders_price(
    champion: Champion, known: list[Revision], house: House
) -> None:
    prices = read_prices(house.data / "prices.json")
    priced = replace(champion, prices=prices)
    cash = 0
    for one in known:
        own = dict(one.application)
        vectors = Vectors(one.history, one.features)
        client = Client(1, 1, 1, own, vectors, "", "")
        loan = loan_of(priced, client, own)
        if loan is None or loan.instalments is None:
            continue
        cash += 1
        asked = loan.asked
        rate = prices.yearly_rate(loan.product, asked.amount, loan.instalments)
        assert asked.yearly_rate == pytest.approx(rate, abs=1e-4)
        assert asked.estimated == []
        less = on_terms(priced, loan, Terms(amount=asked.amount * 0.9))
        assert (less.instalment or 0) < (asked.instalment or 0)
    assert cash > CLIENTS / 2


def column_sets(champion: Champion) -> Iterator[frozenset[str]]:
    """Each column of the loan, all of them, a few at random, and every column."""
    columns = [name for name in champion.columns["application"] if name != "SK_ID_CURR"]
    loan = [column.name for column in champion.loan.values()]
    yield from (frozenset({name}) for name in loan)
    yield frozenset(loan)
    random = Random(0)
    yield from (frozenset(random.sample(columns, size)) for size in (1, 3, 10))
    yield frozenset(columns)


def changed_to(one: Revision, other: Revision, changed: frozenset[str]) -> Revision:
    """A client with another client's values in these columns."""
    values = {name: other.application[name] for name in changed}
    return replace(one, application={**one.application, **values}, changed=changed)


def whole(champion: Champion, asked: list[Revision]) -> Any:
    """Every feature, by the bundle's statement as DuckDB plans it by itself."""
    manifest = champion.manifest
    rows = [{**one.application, "SK_ID_CURR": at} for at, one in enumerate(asked)]
    columns = manifest.tables["application"].columns
    past = np.array([one.history for one in asked], dtype=np.float32).T
    history = {"SK_ID_CURR": np.arange(len(asked))}
    history |= dict(zip(manifest.history, np.ascontiguousarray(past), strict=True))
    with duckdb.connect() as connection:
        typed = ", ".join(f'"{one.name}" {TYPES[one.type]}' for one in columns)
        connection.execute(f"CREATE TABLE application ({typed})")
        connection.register("rows", columns_of(columns, rows))
        connection.execute("INSERT INTO application BY NAME FROM rows")
        connection.register("history", history)
        statement = champion.bundle.text("applicant.sql").strip().rstrip(";")
        answered = connection.execute(
            f"SELECT * EXCLUDE SK_ID_CURR FROM ({statement}) ORDER BY SK_ID_CURR"
        ).fetchall()
    codes = [
        {text: code for code, text in enumerate(feature.categories or ())}
        for feature in manifest.features
    ]
    matrix = [
        [codes[at].get(v, np.nan) if codes[at] else v for at, v in enumerate(row)]
        for row in answered
    ]
    return np.array(matrix, dtype=np.float32)
