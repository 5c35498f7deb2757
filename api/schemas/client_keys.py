"""A client's key is the lender's: an integer, or a text, which is taken as it is.

An application that was entered here has a text of ours, whatever the lender's are.
Which of the two is told by the type of the column that holds it. What is asked is read
with that type as pydantic's context: so a key is refused in one sentence.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo
from pydantic_core import PydanticCustomError

from api.errors import expected

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
_NUMBER: TypeAdapter[int] = TypeAdapter(_Number)


def fault_of(text: str) -> str | None:
    """Why it is no client's key of the lender's, where keys are texts."""
    if is_draft(text):
        return f"begins with {DRAFT}, as the keys of applications entered here do"
    if len(text) <= LONGEST and re.fullmatch(PATTERN, text):
        return None
    return f"expected {A_TEXT}, found {text[: LONGEST + 1]!r}"


def fits(key: ClientKey) -> bool:
    """Whether a database can hold it."""
    return isinstance(key, str) or key <= LARGEST


def is_draft(key: object) -> bool:
    """Whether it is the key of an application that was entered here."""
    return isinstance(key, str) and key.startswith(DRAFT)


def _of_the_lenders_type(value: Any, info: ValidationInfo) -> Any:
    if is_draft(value) and re.fullmatch(DRAFT_PATTERN, value):
        return value
    if info.context == "integer":
        strict = bool(info.config and info.config.get("strict"))
        return _NUMBER.validate_python(value, strict=strict)
    fault = expected("a text", value) if not isinstance(value, str) else fault_of(value)
    if fault:
        raise PydanticCustomError("client_key", fault)
    return value


Key = Annotated[_Number | _Text, BeforeValidator(_of_the_lenders_type)]
OptionalKey = Annotated[_Number | _Text | None, BeforeValidator(_of_the_lenders_type)]


def part(most: int) -> Any:
    """A part of a key: of a number up to `most` digits, of a text whatever it has.

    What begins as the key of an application that was entered here is a part of that.
    """
    digits: TypeAdapter[str] = TypeAdapter(
        Annotated[str, Field(pattern=f"^[0-9]{{0,{most}}}$")]
    )

    def check(value: Any, info: ValidationInfo) -> Any:
        if info.context == "integer" and not is_draft(value):
            return digits.validate_python(value)
        return value

    return BeforeValidator(check)
