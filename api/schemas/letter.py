"""The letter to the applicant."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.requests import Query


class LetterQuery(Query):
    """In which language."""

    lang: Annotated[Literal["en", "fr"], Field(description="Its language.")] = "en"
