"""The letter that tells an applicant the decision, on one page of A4."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from unicodedata import normalize

import typst

from api.schemas.client_keys import ClientKey

# The templates and the words: all that a template can read.
FOLDER = Path(__file__).parent
_CHARACTER = b'#set document(title: "A character")\n#sys.inputs.character'
# A compiler serves one thread at a time.
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Used:
    """Where values came from; whether there were any, and, of scores, what they are.

    `known`: None when that is not told.
    """

    origin: str
    known: bool | None
    scores: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Consulted:
    """A register that was consulted; `listed`: None where it gave no clear answer."""

    source: str
    day: date
    listed: bool | None


@dataclass(frozen=True)
class Letter:
    """What is told. `reasons` in the words of the language; times are UTC.

    `decision`: the one that stands, or `referred`: a person examines it; `proposed`:
    what model and rules together recommended; `reviewed_at`: None unless a person
    reviewed it; `by_rule`: whether rules decided what is proposed; `needed`: what is
    still to be proved; `misses`: whether facts were missing; `registers`: of a refusal,
    those that were consulted; `change`: the terms that would be granted, by name, each
    after the one asked for; empty when none would be, None when that is not told.
    `offer`: the terms that are offered instead, by name, until and with the day
    `offer_until`. `bureau`: what the credit bureau is called; `advice`: on debts.
    """

    language: str
    lender: str
    contact: str
    prediction_id: str
    client_id: ClientKey | None
    model: str
    version: str
    decision: str
    proposed: str
    decided_at: datetime
    reviewed_at: datetime | None
    reasons: Sequence[str]
    used: Sequence[Used]
    by_rule: bool = False
    needed: Sequence[str] = ()
    misses: bool = False
    registers: Sequence[Consulted] = ()
    change: Mapping[str, tuple[str, str]] | None = None
    offer: Mapping[str, str] | None = None
    offer_until: date | None = None
    bureau: str = ""
    advice: str = ""


def render(letter: Letter) -> bytes:
    """A PDF of one page, tagged (PDF/UA-1); the same bytes for the same letter."""
    fields = {
        **{
            name: _printable(value) if isinstance(value, str) else value
            for name, value in vars(letter).items()
        },
        "reasons": [_printable(reason) for reason in letter.reasons],
        "needed": [_printable(one) for one in letter.needed],
        "registers": [
            vars(one) | {"source": _printable(one.source)} for one in letter.registers
        ],
        "used": [vars(used) for used in letter.used],
    }
    data = json.dumps(fields, default=lambda moment: moment.timetuple()[:3])
    moment = letter.reviewed_at or letter.decided_at
    template = (FOLDER / "letter.typ").read_bytes()
    return compiled(template, {"letter": data}, int(moment.timestamp()))


def compiled(template: bytes, inputs: dict[str, str], moment: int = 0) -> bytes:
    """A template as PDF; raises typst.TypstError, also where a glyph is missing."""
    with _LOCK:
        pdf = _compiler().compile(
            template,
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs=inputs,
            timestamp=moment,
        )
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _compiler() -> typst.Compiler:
    """Typst with its own fonts only: the same letter on every machine."""
    return typst.Compiler(root=FOLDER, ignore_system_fonts=True)


def _printable(text: str) -> str:
    """The text, with a question mark for each character that no font has."""
    return "".join(
        character
        if " " <= character <= "~" or character == "\n" or _has_glyph(character)
        else "?"
        for character in normalize("NFC", text)
    )


@cache
def _has_glyph(character: str) -> bool:
    try:
        compiled(_CHARACTER, {"character": character})
    except (typst.TypstError, UnicodeEncodeError):
        return False
    return True
