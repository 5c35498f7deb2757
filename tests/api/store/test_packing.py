"""What is stored of an answer is small, and makes the same bytes again."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sqlalchemy
from flask import Flask

from api.json_encoding import encode
from api.store.database import Database
from api.store.events.kept import answer_of
from api.store.events.packing import Dictionary, Parts, read_dictionary, unpacked

WORDS = ('say "a]}', "Zoë", "b,c", "\\")
NASTY = (0.0, -0.0, 1e-7, 1e16, 1e22, 5e-324, -1.7976931348623157e308, 0.1, 1 / 3)
ROW = dict.fromkeys(("event_id", "created_at", "bundle_sha256", "facts"), "x")
ASKED = {"client_id": 100001}


@pytest.mark.parametrize("seed", range(5))
def test_an_answer_comes_back_byte_for_byte(seed: int) -> None:
    """As it would be written out, with numbers of any bits."""
    random = np.random.default_rng(seed)
    bits = random.integers(0, 2**64, 200, dtype=np.uint64).tolist()
    numbers = [struct.unpack("<d", struct.pack("<Q", one))[0] for one in bits]
    contributions = [*NASTY, *(one for one in numbers if np.isfinite(one))]
    count = len(contributions)
    features = random.normal(size=count).astype(np.float32) ** 9
    features[:3] = np.nan, 0.0, 2.0
    categories = [WORDS if at < 3 else None for at in range(count)]
    names = tuple(f'F"{at}' for at in range(count))
    values: list[Any] = [None, WORDS[0], WORDS[2], *features[3:].tolist()]
    written: dict[str, Any] = {
        "reasons": [{"text": '"contributions":[]'}],
        "explanation": {
            "contributions": [
                {"feature": name, "value": value, "contribution": contribution}
                for name, value, contribution in zip(
                    names, values, contributions, strict=True
                )
            ]
        },
    }
    dictionary = Dictionary(names, tuple(categories), "reasons and such")
    skeleton = encode({**written, "explanation": {"contributions": []}})
    parts = Parts(skeleton, features, np.array(contributions), dictionary)
    assert parts.answer() == encode(written)
    row = {**ROW, "request": None, "packed": parts.packed({**ROW, "request": None})}
    read = unpacked(row, read_dictionary(dictionary.content()))
    assert read.answer() == encode(written)
    assert read.features.tobytes() == features.tobytes()


def test_answers_outlive_their_bundle(app: Flask, call: Any, world: Any) -> None:
    """Read by what knows the database and nothing else."""
    known = world.raw[100004]
    bodies: list[dict[str, Any]] = [
        ASKED,
        {**ASKED, "explain": "reasons"},
        {**ASKED, "explain": False},
        {**ASKED, "changes": {"AMT_CREDIT": 950000}},
        {"application": known.application, "bureau": known.bureau},
    ]
    answers = [call("POST", "/v1/predictions", json=body) for body in bodies]
    told = [
        [fact for reason in answer.json["reasons"] for fact in reason["facts"]]
        for answer in answers
        if "reasons" in answer.json
    ]
    assert len(told) == 4 and all(told)
    other = Database(app.extensions["scoring"].config.database_url, 1)
    for answer in answers:
        assert answer_of(other, answer.json["prediction_id"])[0] == answer.data
    with other.read() as connection:
        query = "SELECT length(packed) FROM personal ORDER BY sequence"
        sizes = connection.execute(sqlalchemy.text(query)).scalars().all()
        kept = connection.execute(sqlalchemy.text("SELECT answer FROM personal"))
        assert kept.scalars().all() == [None] * len(bodies)
    other.close()
    assert sizes[0] < 0.3 * len(answers[0].data)


@pytest.mark.usefixtures("own")
def test_another_dictionary_is_noticed(app: Flask, call: Any) -> None:
    """It is no part of the chain; what is read with it is."""
    assert call("POST", "/v1/predictions", json=ASKED).status_code == 201
    run, database = app.test_cli_runner().invoke, app.extensions["scoring"].database
    assert run(args=["events", "verify"]).exit_code == 0
    known = app.extensions["scoring"].champion().dictionary
    other = Dictionary(known.names[::-1], known.categories, "")
    for change in (
        sqlalchemy.text("UPDATE dictionaries SET content = :content").bindparams(
            content=other.content()
        ),
        sqlalchemy.text("DELETE FROM dictionaries"),
    ):
        with database.write() as connection:
            connection.execute(change)
        broken = run(args=["events", "verify"])
        assert "event 1: its personal part was changed" in broken.stderr


def test_a_release_that_words_answers_otherwise_reads_those_of_the_one_before(
    app: Flask, call: Any
) -> None:
    """Of the same bundle: the dictionary is that of what packed the answer."""
    champion = app.extensions["scoring"].champion()
    answers = [call("POST", "/v1/predictions", json=ASKED)]
    champion.__dict__["dictionary"] = replace(champion.dictionary, text="other words")
    answers.append(call("POST", "/v1/predictions", json=ASKED))
    other = Database(app.extensions["scoring"].config.database_url, 1)
    for answer in answers:
        assert answer_of(other, answer.json["prediction_id"])[0] == answer.data
    other.close()


def test_a_batch_is_remembered_without_a_copy(app: Flask, call: Any) -> None:
    items = [*({"client_id": 100001 + at} for at in range(40)), {"client_id": 7}]
    asked = {"json": {"predictions": items}, "headers": {"Idempotency-Key": "batch"}}
    first = call("POST", "/v1/predictions/batch", **asked)
    assert "There is no client 7." in first.json["predictions"][-1]["detail"]
    with app.extensions["scoring"].database.read() as connection:
        query = sqlalchemy.text("SELECT answer FROM idempotency")
        kept = connection.execute(query).scalar_one()
    assert len(kept) < 40 * 30
    again = call("POST", "/v1/predictions/batch", **asked)
    assert (again.headers["Idempotency-Replayed"], again.data) == ("true", first.data)
    assert json.loads(again.data)["predictions"][0]["client_id"] == 100001
