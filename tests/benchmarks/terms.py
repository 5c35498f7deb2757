"""How smooth the risk is along the terms of a loan, and what would be granted instead.

`python -m tests.benchmarks.terms [DATA [WORK]]`: DATA holds the raw tables, or is
invented; WORK keeps what is trained and exported of it. Of 500 clients the amount moves
from 30 % to 130 %, and the down payment to half of the price, in steps of 1 %. A jump
is a change of the probability from one step to the next.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from api.bundle.read import read_bundle
from api.errors import Problem
from api.schemas.prices import read_prices
from api.schemas.requests import Terms
from api.scoring.champion import Champion, load
from api.scoring.decision import probability
from api.scoring.terms import Loan, loan_of, on_terms, revised
from api.store.people.clients import Client, Vectors
from tests.conftest import House, build
from training.synthesize.application import PRICES

CLIENTS, INVENTED = 500, 5_000
NOTICED, LARGE = 0.02, 0.05


def exported(data: Path | None, work: Path) -> House:
    if data is None:
        data = work / "data"
        House(data, work).run(
            *("training", "synthesize", f"--clients={INVENTED}", f"--out={data}"),
            "--format=parquet",
        )
    made = House(data, work)
    return made if made.clients.exists() else build(data, work)


def some(champion: Champion, path: Path) -> Iterator[Client]:
    """As the API has them once they are imported."""
    key = champion.manifest.client_key
    rows = duckdb.execute(
        f"SELECT \"{key}\", application, history, features FROM '{path}'"
        f' ORDER BY hash("{key}") LIMIT {CLIENTS}'
    ).fetchall()
    for client_id, application, *lists in rows:
        past, features = (np.array(vector, dtype=np.float32) for vector in lists)
        feature_set = champion.manifest.feature_set
        vectors = Vectors(past, features)
        yield Client(client_id, 0, 0, application, vectors, feature_set, "")


def steps(loan: Loan) -> Mapping[str, list[Terms]]:
    amount, price = loan.asked.amount, loan.price
    paths = {
        "amount": [Terms(amount=amount * part / 100) for part in range(30, 131)],
        "down payment": [
            Terms(down_payment=price * part / 100) for part in range(51) if price
        ],
    }
    if loan.instalments is not None:
        paths["instalments"] = [Terms(instalments=n) for n in range(6, 61)]
    return paths


def risks(
    champion: Champion, client: Client, loan: Loan, terms: list[Terms]
) -> list[float]:
    """The probability on each of the terms that the lender has a price for."""
    changes: list[Mapping[str, Any]] = []
    for one in terms:
        try:
            changes.append(on_terms(champion, loan, one).changes)
        except Problem:
            continue
    if not changes:
        return []
    revisions = [revised(champion, client, change) for change in changes]
    margins = champion.model.margins(champion.online.revise(revisions))
    calibration = champion.manifest.calibration
    return [probability(float(margin), calibration) for margin in margins]


def main(arguments: list[str]) -> None:
    given = [Path(one) for one in arguments]
    with tempfile.TemporaryDirectory(prefix="bench-") as beside:
        data, work = (*given, None, None)[:2]
        house = exported(data, work or Path(beside))
        prices = None if data else read_prices(PRICES)
        champion = load(read_bundle(house.bundle), 1, prices)
        jumps: dict[str, list[float]] = {}
        for client in some(champion, house.clients):
            loan = loan_of(champion, client, client.application)
            if loan is None:
                continue
            for name, terms in steps(loan).items():
                found = risks(champion, client, loan, terms)
                jumps.setdefault(name, []).extend(
                    abs(after - before) for before, after in pairwise(found)
                )
    for name, sizes in jumps.items():
        noticed, large = (sum(s > limit for s in sizes) for limit in (NOTICED, LARGE))
        told = f"{name:14} {len(sizes):7,} steps"
        if sizes:
            told += (
                f"  over 2 points {noticed / len(sizes):7.3%}"
                f"  over 5 points {large:5,}  largest {max(sizes):.3f}"
            )
        sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
