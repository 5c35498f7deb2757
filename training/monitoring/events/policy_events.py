"""The API's stored decisions, for a policy to be tried on."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from training.bundle.champion import Champion
from training.scoring.policy_clients import Clients, Source
from training.tables.layout import APPLICATION

PAGE = 5_000
Line = dict[str, Any]
# Events after a sequence, so many, with which features, of which kind: `Api.events`.
Ask = Callable[[int, int, str, str], bytes]


def decisions(
    ask: Ask, champion: Champion, bundle_sha256: str, say: Callable[[str], None]
) -> Source:
    """Those of the bundle, of each application the first, as monitoring counts them.

    Raw columns are those that are features, as the model saw them: in float32. The
    others are known where the policy of the day read them.
    """
    outcomes = _outcomes(ask)
    seen: set[str] = set()
    after = done = 0
    while page := _lines(ask(after, PAGE, "all", "decision")):
        after = page[-1]["sequence"]
        first = []
        for line in page:
            ours = line["bundle_sha256"] == bundle_sha256 and line["features"]
            client = line["client"] or line["event_id"]
            if ours and client not in seen:
                seen.add(client)
                first.append(line)
        if first:
            yield _clients(champion, first, outcomes)
        done += len(first)
        say(f"policy: {done:,} decisions")


def _lines(content: bytes) -> list[Line]:
    return [json.loads(line) for line in content.splitlines()]


def _outcomes(ask: Ask) -> dict[str, float]:
    """Of clients and, where one is not named, of predictions; the last stands."""
    found: dict[str, float] = {}
    after = 0
    while page := _lines(ask(after, PAGE, "none", "outcome")):
        after = page[-1]["sequence"]
        for line in page:
            found[line["client"] or line["prediction_id"]] = float(line["defaulted"])
    return found


def _clients(
    champion: Champion, lines: list[Line], outcomes: dict[str, float]
) -> Clients:
    vectors = np.stack(
        [np.frombuffer(base64.b64decode(one["features"]), "<f4") for one in lines]
    )
    return Clients(
        [line["event_id"] for line in lines],
        _raw(champion, vectors),
        vectors,
        np.array(
            [outcomes.get(one["client"] or one["event_id"], np.nan) for one in lines]
        ),
        [line["created_at"] for line in lines],
        [line.get("facts") or {} for line in lines],
        [str(line.get("recommendation", line["decision"])) for line in lines],
    )


def _raw(champion: Champion, vectors: np.ndarray) -> dict[str, list[Any]]:
    """The application's columns that are features as they are."""
    columns = {
        one["name"]: one for one in champion.core["tables"][APPLICATION]["columns"]
    }
    made: dict[str, list[Any]] = {}
    for at, feature in enumerate(champion.core["features"]):
        column = columns.get(feature["name"])
        if column is None or feature["table"] != APPLICATION:
            continue
        values = vectors[:, at].tolist()
        categories = feature["categories"]
        whole = column["type"] == "integer"
        made[feature["name"]] = [
            None
            if value != value
            else categories[int(value)]
            if categories is not None
            else int(value)
            if whole
            else value
            for value in values
        ]
    return made
