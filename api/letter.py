"""The letter that tells an applicant the decision, on one page of A4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF, XPos, YPos

from api.letter_words import WORDS

ENCODING = "cp1252"
MARGIN, INDENT = 22.0, 6.0
# The largest that fits on the page.
SIZES = (10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5)
_REPAYMENTS = ("POS_CASH_balance", "installments_payments", "credit_card_balance")


@dataclass(frozen=True)
class Letter:
    """What is told. `reasons` in the words of the language; times are UTC.

    `decision`: the one that stands; `model_decision`: that of the model alone;
    `reviewed_at`: None unless a person reviewed it.
    """

    language: str
    lender: str
    contact: str
    prediction_id: str
    client_id: int | None
    model: str
    version: str
    decision: str
    model_decision: str
    decided_at: datetime
    reviewed_at: datetime | None
    reasons: Sequence[str]
    tables: Iterable[str]


def render(letter: Letter) -> bytes:
    """A PDF of one page; the same bytes for the same letter."""
    pages = (_Page(letter, size) for size in SIZES)
    page = next((one for one in pages if one.page_no() == 1), None)
    return bytes((page or _Page(letter, SIZES[-1])).output())


class _Page(FPDF):
    def __init__(self, letter: Letter, size: float) -> None:
        super().__init__(format="A4")
        self.core_fonts_encoding = ENCODING
        self._letter, self._size = letter, size
        self._words = WORDS[letter.language]
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, margin=MARGIN)
        self._describe()
        self.add_page()
        self._head()
        self._decision()
        self._explain()
        self._rights()

    def _describe(self) -> None:
        letter, words = self._letter, self._words
        draft = letter.reviewed_at is None
        self.set_title(f"{words.draft} - {words.subject}" if draft else words.subject)
        self.set_author(letter.lender)
        self.set_subject(letter.prediction_id)
        self.set_keywords(f"prediction {letter.prediction_id}")
        self.set_lang(letter.language)
        self.set_creation_date(letter.reviewed_at or letter.decided_at)

    def footer(self) -> None:
        letter = self._letter
        self.set_y(-MARGIN + 4)
        self._set_style("", 0.8)
        self._line(
            self._words.reference.format(
                prediction=letter.prediction_id,
                model=letter.model,
                version=letter.version,
            )
        )

    def _head(self) -> None:
        letter, words = self._letter, self._words
        self._set_style("B", 1.4)
        self._line(letter.lender)
        self._set_style("", 1.0)
        self._line(words.date(letter.reviewed_at or letter.decided_at), "R")
        if letter.client_id is not None:
            self._line(words.client.format(client=letter.client_id))
        self._gap(2)
        self._set_style("B", 1.2)
        self._line(words.subject)
        if letter.reviewed_at is None:
            self._line(f"{words.draft}. {words.not_reviewed}")
        self._gap(1)
        self._set_style("", 1.0)
        self._line(words.greeting)

    def _decision(self) -> None:
        letter, words = self._letter, self._words
        self._gap(0.6)
        self._set_style("B", 1.0)
        self._line(words.refused if letter.decision == "refused" else words.granted)
        self._gap(0.4)
        self._set_style("", 1.0)
        if letter.reviewed_at is None:
            self._line(words.by_model)
            return
        told = words.by_person.format(date=words.date(letter.reviewed_at))
        if letter.decision != letter.model_decision:
            told = f"{told} {words.overridden}"
        self._line(told)

    def _explain(self) -> None:
        letter, words = self._letter, self._words
        if not letter.reasons:
            pass
        elif letter.decision == letter.model_decision:
            self._list(words.reasons[letter.decision], letter.reasons)
        else:
            self._list(words.weighed, letter.reasons)
        self._list(words.data, _sources(words.sources, letter.tables))
        if letter.decision == "refused":
            self._list(words.change, words.changes)

    def _rights(self) -> None:
        words, contact = self._words, self._letter.contact
        self._list(words.rights, words.right)
        self._gap(0.4)
        self._line(
            words.contact.format(contact=contact) if contact else words.no_contact
        )
        self._gap(1)
        self._line(words.closing)
        self._line(self._letter.lender)

    def _list(self, title: str, items: Sequence[str]) -> None:
        self._gap(0.8)
        self._set_style("B", 1.0)
        self._line(title)
        self._set_style("", 1.0)
        for item in items:
            self.set_x(MARGIN + INDENT / 2)
            self.cell(INDENT / 2, self._size * 0.5, "-")
            self._line(item)

    def _line(self, text: str, align: str = "L") -> None:
        """One paragraph; what the core fonts cannot write becomes a question mark."""
        written = text.encode(ENCODING, "replace").decode(ENCODING)
        self.multi_cell(
            0,
            self._size * 0.5,
            written,
            align=align,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def _set_style(self, style: str, scale: float) -> None:
        self.set_font("Helvetica", style, self._size * scale)

    def _gap(self, lines: float) -> None:
        self.ln(lines * self._size * 0.5)


def _sources(words: Mapping[str, str], tables: Iterable[str]) -> list[str]:
    used = {
        "repayments" if table in _REPAYMENTS else table.removesuffix("_balance")
        for table in tables
    }
    return [text for source, text in words.items() if source in used]
