"""The fake API with a link, a picture and HTML in every text that it gives."""

from __future__ import annotations

import json
from typing import Any

from fake_api import Answer, FakeApi

# Texts that are for reading; whatever else is a string names something.
READ = {"en", "fr", "text", "reason", "reviewer", "title", "what", "certainty"}
READ |= {"note", "conclusion", "detail", "acknowledged_by", "reference", "author"}
# Lists of what stands in tables.
CELLS = "rows"


CLIENT = 700002


class HostileApi(FakeApi):
    """`bait` is the address that a page would ask if it took a text for markup."""

    def __init__(self, bait: str) -> None:
        super().__init__()
        self.poison = poison(bait)
        said = {"text": "Seen", "author": "Ada", "client_id": CLIENT}
        said |= {"created_at": "2026-11-29T08:00:00.000000Z"}
        self.notes[CLIENT] = [said | {"note_id": "note-0"}]
        waits = {"contest_id": "contest-0", "prediction_id": "0", "answered_by": None}
        days = {"received_on": "2026-11-24", "due_on": "2026-12-24"}
        self.contests[CLIENT] = [said | waits | days]

    def answer(self, method: str, target: str, key: str, body: Any) -> Answer:
        status, kind, content = super().answer(method, target, key, body)
        if "json" in kind:
            content = json.dumps(self._poisoned(json.loads(content))).encode()
        elif "markdown" in kind:
            content += f"\n\n## {self.poison}\n\n- {self.poison}\n".encode()
        return status, kind, content

    def _poisoned(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._poisoned(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            name: self._cells(one)
            if name == CELLS
            else f"{one} {self.poison}"
            if name in READ and isinstance(one, str)
            else self._poisoned(one)
            for name, one in value.items()
        }

    def _cells(self, rows: Any) -> Any:
        return [
            [f"{cell} {self.poison}" if isinstance(cell, str) else cell for cell in row]
            for row in rows
        ]


def poison(bait: str) -> str:
    return (
        f"![x]({bait}/x.png)[Click]({bait}/a) {bait}/bare www.bait.test "
        f'<img src="{bait}/i.png"><a href="{bait}/b">here</a> :red[$x$] **bold**'
    )
