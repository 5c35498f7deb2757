"""The languages in which the API answers a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from api.schemas.requests import Query

# A catalogue of the letter's words for each.
LANGUAGES = sorted(
    path.stem for path in Path(__file__).parents[1].glob("documents/texts/*.json")
)
if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[tuple(LANGUAGES)]


class LanguageQuery(Query):
    """In which language."""

    lang: Annotated[Language, Field(description="Its language.")] = "en"
