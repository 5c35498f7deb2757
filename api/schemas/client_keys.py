"""A client's key is the lender's: an integer, or a text, which is taken as it is.

An application that was entered here has a text of ours, whatever the lender's are.
Which of the two is told by the type of the column that holds it. What is asked is read
with that type as pydantic's context: so a key is refused in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo

from api.errors import expected
from api.schemas.values import INTEGER, WHOLE, Form, refusal

ClientKey = int | str
KeyType = Literal["integer", "category"]
LARGEST = 2**63 - 1
LONGEST = 64
# Begins the key of an application that was entered here; no import has one.
DRAFT = "new-"
DRAFT_PATTERN = f"^{DRAFT}[0-9a-hjkmnp-tv-z]{{10}}$"
CONTROL = r"\x00-\x1f\x7f-\x9f"
# A key stands in addresses, where dots alone are a place.
PATTERN = rf"^[^{CONTROL}]*[^.{CONTROL}][^{CONTROL}]*$"
A_TEXT = (
    f"a text of 1 to {LONGEST} characters, none of them a control character and not "
    "all of them dots"
)

_Number = Annotated[int, Field(ge=1, le=LARGEST)]
_Text = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=PATTERN)]
# As a body has it, and a query.
_NUMBER: TypeAdapter[int] = TypeAdapter(Annotated[_Number, WHOLE])
_DIGITS: TypeAdapter[int] = TypeAdapter(Annotated[_Number, INTEGER])


def fault_of(text: str) -> str | None:
    """Why it is no client's key of the lender's, where keys are texts."""
    if is_draft(text):
        return f"begins with {DRAFT}, as the keys of applications entered here do"
    if len(text) <= LONGEST and re.fullmatch(PATTERN, text):
        return None
    return f"expected {A_TEXT}, found {text[: LONGEST + 1]!r}"


def is_draft(key: object) -> bool:
    """Whether it is the key of an application that was entered here."""
    return isinstance(key, str) and key.startswith(DRAFT)


def _of_the_lenders_type(value: Any, info: ValidationInfo) -> Any:
    if is_draft(value) and re.fullmatch(DRAFT_PATTERN, value):
        return value
    if info.context == "integer":
        if info.config and info.config.get("strict"):
            return _NUMBER.validate_python(value, strict=True)
        return _DIGITS.validate_python(value)
    fault = expected("a text", value) if not isinstance(value, str) else fault_of(value)
    if fault:
        raise refusal(fault)
    return value


Key = Annotated[_Number | _Text, BeforeValidator(_of_the_lenders_type)]
CLIENT_KEY: Mapping[str, Any] = TypeAdapter(Key).json_schema()
OptionalKey = Annotated[_Number | _Text | None, BeforeValidator(_of_the_lenders_type)]


def part(most: int) -> Any:
    """A part of a key: of a number up to `most` digits, of a text whatever it has.

    What begins as the key of an application that was entered here is a part of that.
    """
    digits = Form(f"^[0-9]{{0,{most}}}$", f"up to {most} digits")

    def check(value: Any, info: ValidationInfo) -> Any:
        if info.context == "integer" and not is_draft(value):
            return digits.check(value)
        return value

    return BeforeValidator(check)
