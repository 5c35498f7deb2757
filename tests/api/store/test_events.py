"""What monitoring reads, and the outcomes that it is compared with."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask

from api.store.database import Database
from api.store.events.chain_end import ChainEnd
from api.store.events.export import rows
from api.store.events.group_commit import Recorder
from api.store.events.record import Event, Reply

UNKNOWN = "019aab5c-4f1e-7c3a-9d52-0f6f4b1f6a01"


def read(call: Any, asked: str = "") -> list[dict[str, Any]]:
    response = call("GET", f"/v1/events{asked}", "analyst")
    assert response.status_code == 200
    assert response.content_type == "application/x-ndjson"
    return [json.loads(line) for line in response.data.splitlines()]


def decide(call: Any, client_id: int = 100001, **more: Any) -> dict[str, Any]:
    asked = {"client_id": client_id, **more}
    return dict(call("POST", "/v1/predictions", json=asked).json)


def observe(call: Any, *outcomes: tuple[str, object, str], **more: Any) -> Any:
    names = ("prediction_id", "defaulted", "observed_on")
    body = {"outcomes": [dict(zip(names, one, strict=True)) for one in outcomes]}
    return call("POST", "/v1/outcomes", "admin", json=body, **more)


def test_every_kind_is_exported_under_a_pseudonym(call: Any) -> None:
    made = decide(call)
    simulated = decide(call, changes={"CODE_GENDER": "X"}, explain=False)
    path = f"/v1/predictions/{made['prediction_id']}/review"
    asked = {"decision": "granted", "reason": "a", "reviewer": "b"}
    call("POST", path, "officer", json=asked)
    observe(call, (made["prediction_id"], True, "2026-10-31"))
    other = decide(call, 100002)
    lines = read(call)
    kinds = ["decision", "simulation", "review", "outcome", "decision"]
    assert [line["kind"] for line in lines] == kinds
    assert [line["sequence"] for line in lines] == [1, 2, 3, 4, 5]
    clients = [line["client"] for line in lines]
    assert len(set(clients[:4])) == 1 != clients[4]
    assert "100001" not in json.dumps(lines)
    first, second, review, outcome, last = lines
    assert first["event_id"] == made["prediction_id"]
    assert first["margin"] == made["explanation"]["margin"]
    assert first["probability"] == made["probability"]
    assert (first["unknown_categories"], second["unknown_categories"]) == (0, 1)
    assert second["probability"] == simulated["probability"]
    assert (first["recommendation"], first["fired"]) == (made["decision"], [])
    assert review["prediction_id"] == made["prediction_id"]
    # Who reviewed has a pseudonym, too.
    assert (len(review["officer"]), review["final"]) == (64, True)
    assert outcome["defaulted"] is True
    assert "features" not in first
    assert last["event_id"] == other["prediction_id"]
    assert read(call, "?kind=review") == [review]
    assert read(call, "?after=1&limit=2") == lines[1:3]


def test_features_come_whole_or_as_the_bundle_monitors_them(
    app: Flask, call: Any, world: Any
) -> None:
    decide(call, 100002)
    (line,) = read(call, "?features=all")
    whole = np.frombuffer(base64.b64decode(line["features"]), "<f4")
    assert len(whole) == len(world.manifest["features"])
    assert whole[0] == world.raw[100002].application["AMT_CREDIT"]
    document = app.extensions["scoring"].champion().bundle.document
    names = [feature["name"] for feature in world.manifest["features"]]
    document["monitored"] = [names[2], names[0]]
    (line,) = read(call, "?features=monitored")
    some = np.frombuffer(base64.b64decode(line["features"]), "<f4")
    np.testing.assert_array_equal(some, whole[[2, 0]])
    del document["monitored"]
    (line,) = read(call, "?features=monitored")
    assert len(base64.b64decode(line["features"])) == len(whole) * 4


def test_an_outcome_again_is_a_duplicate_and_another_is_a_correction(
    call: Any,
) -> None:
    one, two = (decide(call)["prediction_id"] for _ in range(2))
    first = observe(call, (one, False, "2026-09-30"), (two, True, "2026-09-30"))
    assert first.json == {"accepted": 2, "duplicates": 0}
    again = observe(call, (one, False, "2026-09-30"), (one, True, "2026-10-31"))
    assert again.json == {"accepted": 1, "duplicates": 1}
    same = observe(call, (one, True, "2026-10-31"))
    assert (same.status_code, same.json) == (201, {"accepted": 0, "duplicates": 1})
    assert observe(call, (one, False, "2026-09-30")).json["accepted"] == 1
    found = read(call, "?kind=outcome")
    assert [line["defaulted"] for line in found] == [False, True, True, False]


def test_of_an_outcome_that_is_wrong_nothing_is_recorded(call: Any) -> None:
    made = decide(call)["prediction_id"]
    simulated = decide(call, changes={})["prediction_id"]
    day = "2026-09-30"
    refused = observe(
        call, (made, True, day), (UNKNOWN, True, day), (simulated, 1, day)
    )
    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert error["path"] == "/outcomes/2/defaulted"
    refused = observe(
        call, (made, True, day), (UNKNOWN, True, day), (simulated, True, day)
    )
    assert [error["path"] for error in refused.json["errors"]] == [
        "/outcomes/1/prediction_id",
        "/outcomes/2/prediction_id",
    ]
    for wrong in ("2026-02-30", "2999-01-01", "20260930"):
        assert observe(call, (made, True, wrong)).status_code == 422
    assert read(call, "?kind=outcome") == []


def test_the_same_outcome_at_the_same_time_is_recorded_once(call: Any) -> None:
    made = decide(call)["prediction_id"]
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(observe, call, (made, True, "2026-09-30")) for _ in range(4)
        ]
        answers = [one.result() for one in asked]
    assert sum(one.json["accepted"] for one in answers if one.status_code == 201) == 1
    assert len(read(call, "?kind=outcome")) == 1


def test_ten_thousand_outcomes_are_taken_at_once(call: Any) -> None:
    made = decide(call)["prediction_id"]
    outcomes = [(made, at % 2 == 0, "2026-09-30") for at in range(10_000)]
    assert observe(call, *outcomes).json == {"accepted": 10_000, "duplicates": 0}
    assert len(read(call, "?kind=outcome&limit=100000")) == 10_000
    assert observe(call, *outcomes, outcomes[0]).status_code == 422


def test_a_reader_misses_nothing_that_writers_commit_late(
    url: str, tmp_path: Path
) -> None:
    key_id, end = 1, tmp_path / "end"
    each, writers = 15, 4
    stopped = threading.Event()
    event: dict[str, Any] = {"kind": "outcome", "client_id": None}
    event["bundle_sha256"] = None

    def write(number: int) -> None:
        database = Database(url, 10)
        recorder = Recorder(database, ChainEnd(end, 10))
        for at in range(each):
            name = f"{number}-{at}"
            made = Event(event_id=name, created_at=f"{at:027}", **event)
            recorder.record(key_id, Reply(201, b"{}", events=(made,)), None)
        database.close()

    def follow() -> list[str]:
        database = Database(url, 10)
        seen: list[str] = []
        after = 0
        while True:
            finished = stopped.is_set()
            for part in rows(database, ["outcome"], after, 1000, False):
                seen += [row.event_id for row in part]
                after = part[-1].sequence if part else after
            if finished:
                database.close()
                return seen

    with ThreadPoolExecutor(writers + 1) as pool:
        reader = pool.submit(follow)
        for done in [pool.submit(write, number) for number in range(writers)]:
            done.result()
        stopped.set()
        seen = reader.result()
    expected = {f"{number}-{at}" for number in range(writers) for at in range(each)}
    assert len(seen) == len(expected)
    noted = ChainEnd(end, 1).noted()
    assert (noted and noted.sequence) == each * writers
    assert set(seen) == expected
