from __future__ import annotations

from collections.abc import Iterator

import pytest

from api_client.answers import NotesAnswer
from api_client.meaning import read
from session.namesakes import MET, told_apart

NOTE = (
    '{"note_id": "%s", "client_id": 1, "text": "t", "author": "Ada Roy", '
    '"signer": %s, "created_at": "2026-11-22T13:27:00.123456Z"}'
)


@pytest.fixture(autouse=True)
def nobody_met_yet() -> Iterator[None]:
    MET.clear()
    yield
    MET.clear()


def notes(*signers: str) -> list[str]:
    written = ", ".join(NOTE % (at, signer) for at, signer in enumerate(signers))
    body = f'{{"client_id": 1, "notes": [{written}]}}'
    answered = read(NotesAnswer, body.encode()).notes
    return [told_apart(one.author, one.signer) for one in answered]


def test_of_several_people_of_a_name_each_is_told_from_the_first_one_on() -> None:
    assert notes('"sub:7"', '"sub:7"', "null", '"key:1"') == ["Ada Roy"] * 4
    assert notes('"sub:7"', '"sub:8"', "null", '"key:1"') == (
        ["Ada Roy (7)", "Ada Roy (8)", "Ada Roy", "Ada Roy"]
    )
    assert told_apart("Zoe", "sub:9") == "Zoe" and told_apart(None, None) == ""
