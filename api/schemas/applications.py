"""Applications that are entered here: drafts until they are decided."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.schemas.answers import Answer, Moment, Share
from api.schemas.client_keys import CONTROL, DRAFT, DRAFT_PATTERN, ClientKey
from api.schemas.requests import Row, Strict, with_history
from api.schemas.values import WHOLE, refusal

LONGEST_REFERENCE = 200
# As JSON Schema has it: blanks, which str.split() parts at, and no other control.
_ANY = r"[^\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]*"
_SEEN = rf"^{_ANY}[\p{{L}}\p{{N}}]{_ANY}$"


def _something(text: str) -> str:
    """A reference is what can be seen of it."""
    text = " ".join(text.split())
    if re.search(f"[{CONTROL}]", text):
        raise refusal("expected no control characters")
    if not any(one.isalnum() for one in text):
        raise refusal("expected letters or digits")
    return text


DraftId = Annotated[str, Field(pattern=DRAFT_PATTERN, examples=[f"{DRAFT}7k3m9q2x4w"])]
Reference = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_REFERENCE,
        description="The lender's own: a case number, a name.",
        examples=["2026-0417 Dupont"],
        json_schema_extra={"pattern": _SEEN},
    ),
    AfterValidator(_something),
]


class Draft(Strict):
    """What is known of an applicant so far: any columns, any records.

    What is given is checked; what is left out is missing, and so is not sent again.
    """

    model_config = with_history(Strict.model_config)

    reference: Reference | None = None
    application: Row = {}


class DraftChange(Draft):
    """All of the draft as it is to be; `revision`: that of what it was made from."""

    revision: Annotated[int, Field(ge=1), WHOLE]


class DraftAnswer(Answer):
    """A draft; editable until it is decided.

    `needed`: columns without which it cannot be scored; `unknown`: those whose category
    is not known and counts as missing. `same_person`: other applications that seem to
    be of the same person. `expires_at`: when it is erased unless it is decided.
    """

    client_id: DraftId
    state: Literal["draft", "decided"]
    revision: int
    reference: str | None
    application: dict[str, float | int | str | None]
    records: dict[str, list[dict[str, float | int | str | None]]]
    needed: list[str]
    unknown: list[str]
    same_person: list[ClientKey]
    created_at: Moment
    updated_at: Moment
    expires_at: Moment | None


class MissingColumn(Answer):
    """What a column that is not given could do to the risk.

    `lowest` and `highest`: the probability with the values that are usual for other
    clients, those beyond one in twenty at either end left out.
    """

    column: str
    lowest: Share
    highest: Share


class MissingAnswer(Answer):
    """What to ask for next, what could change most first.

    `probability` as it is; null while `needed` columns are missing.
    """

    client_id: DraftId
    probability: Share | None
    threshold: Share
    needed: list[str]
    missing: list[MissingColumn]
