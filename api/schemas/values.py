"""What values of requests are read as, and what is said of those that are not it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from api.errors import short


@dataclass(frozen=True)
class Form:
    """Of a text: it is of this pattern, or refused in these words."""

    pattern: str
    words: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": self.pattern}

    def check(self, value: Any) -> Any:
        # Not match: Python's $ lets a line end follow.
        if isinstance(value, str) and not re.fullmatch(self.pattern, value):
            raise refusal(f"expected {self.words}, found {short(value)}")
        return value


# Blanks, controls, and what Unicode has drawn as nothing (Default_Ignorable_Code_Point,
# the blank of Braille). Beyond \uffff as they are: no notation is everybody's.
_INVISIBLE = (
    r"\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff"
    r"\uffa0\ufff0-\ufffb" + "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
# Of a name, a reason, whatever people are to read.
VISIBLE = Form(
    rf"^[\s\S]*[^{_INVISIBLE}][\s\S]*$", "a text in which something can be seen"
)


def refusal(said: str) -> PydanticCustomError:
    """For pydantic to raise: `said` becomes the detail of the field."""
    return PydanticCustomError("refused", "{said}", {"said": said})


def whole(value: Any) -> Any:
    """1.0 is an integer in JSON Schema, too."""
    if type(value) is float and value.is_integer() and abs(value) < 2**63:
        return int(value)
    return value


# An integer of a body; and what a query has, which comes as text: pydantic would take
# 1_000 and " 1" for integers, yes and 1 for true.
WHOLE = BeforeValidator(whole)
INTEGER = BeforeValidator(Form(r"-?[0-9]{1,40}(\.0{1,40})?", "an integer").check)
NUMBER = BeforeValidator(
    Form(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?", "a number").check
)
BOOLEAN = BeforeValidator(Form("true|false", "true or false").check)
