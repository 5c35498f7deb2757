"""Numbers and words in the language of the deck."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("en", "fr")
FIXED, MINUS = "\u00a0", "\u2212"
NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?")


@dataclass(frozen=True)
class Words:
    """`table`: what the language's file says for texts of ours and of the run.

    `labels`: of features and columns, in every language.
    """

    language: str
    table: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]

    def number(self, value: Any, form: str) -> str:
        """As Python formats it and the language writes it."""
        return "–" if value is None else self._local(format(value, form))

    def _local(self, number: str) -> str:
        number = number.replace("-", MINUS)
        if self.language == "en":
            return number
        number = number.replace(",", FIXED).replace(".", ",")
        return number.replace("%", f"{FIXED}%")

    def spaced(self, text: str) -> str:
        """What French puts before and after some signs never ends a line."""
        if self.language == "en":
            return text
        return re.sub("(?<! ) (?=[:;?!»])|(?<=«) ", FIXED, text)

    def say(self, value: Any) -> str:
        """What comes with the run, in words as far as they are known."""
        if isinstance(value, Mapping):
            return str(value[self.language])
        text = str(value)
        if text in self.labels:
            return self.labels[text][self.language]
        return (
            self._local(text) if NUMBER.fullmatch(text) else self.table.get(text, text)
        )
