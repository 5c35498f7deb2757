"""Score what was stored anew, and compare the answers bit for bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.json_encoding import encode
from api.schemas.requests import Explain
from api.scoring.champion import Champion
from api.scoring.decision import Score, told_why
from api.store.database import Database
from api.store.events.kept import KEPT, whole
from api.store.events.pages import pages
from api.store.events.record import PREDICTIONS
from api.store.people.clients import unpack
from api.store.tables import personal

_AT_A_TIME = 200


@dataclass
class Replayed:
    """How many answers came out the same; the ids of those that did not.

    `elsewhere`: made by another bundle; only that one can make them again.
    """

    same: int = 0
    different: tuple[str, ...] = ()
    elsewhere: int = 0
    erased: int = 0


def replay(champion: Champion, database: Database) -> Replayed:
    """Every stored decision and simulation; raises DatabaseUnavailable."""
    replayed = Replayed()
    columns = [personal.c.salt, *KEPT]
    for rows in pages(database.read, columns, PREDICTIONS, _AT_A_TIME):
        present = [row for row in rows if row.salt is not None]
        replayed.erased += len(rows) - len(present)
        mine = [row for row in present if row.bundle_sha256 == champion.bundle.sha256]
        replayed.elsewhere += len(present) - len(mine)
        kept = [whole(row._asdict(), database.dictionaries) for row in mine]
        different = tuple(_different(champion, kept)) if mine else ()
        replayed.different += different
        replayed.same += len(mine) - len(different)
    return replayed


def _different(champion: Champion, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    answers = [json.loads(row["answer"]) for row in rows]
    matrix = np.stack([unpack(row["features"]) for row in rows])
    scores = champion.score(matrix, [bool(told_why(answer)) for answer in answers])
    for row, answer, score in zip(rows, answers, scores, strict=True):
        judged = _judged(champion, row["facts"], score, told_why(answer))
        told = {**answer, **judged}
        again = champion.parts(told, score).answer()
        if again != row["answer"] and encode(json.loads(again)) != encode(answer):
            yield row["event_id"]


def _judged(
    champion: Champion, facts: str, score: Score, explain: Explain
) -> dict[str, Any]:
    unknown = json.loads(facts)["unknown_categories"]
    again = champion.scorer.judge(score, unknown or (), explain)
    if unknown is None:
        # Recorded before these were: what they did to the confidence is not known.
        del again["confidence"]
    return again
