"""The deck's words and numbers in its language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.present.texts import TEXTS

LANGUAGES = ("en", "fr")
NARROW = "\u00a0"
# A line may end after a hyphen, not after this.
MINUS = "\u2212"


@dataclass(frozen=True)
class Words:
    """`language`: "en" or "fr"."""

    language: str

    def __call__(self, text: str, /, **values: Any) -> str:
        """The text of that name, with the values in their places."""
        said = TEXTS[text][LANGUAGES.index(self.language)].format(**values)
        if self.language == "fr":
            # What French puts before these signs never ends a line.
            for sign in ":;?»":
                said = said.replace(f" {sign}", f"{NARROW}{sign}")
        return said

    def number(self, value: float, digits: int = 0, sign: bool = False) -> str:
        text = f"{value:{'+' if sign else ''},.{digits}f}".replace("-", MINUS)
        if self.language == "fr":
            return text.replace(",", NARROW).replace(".", ",")
        return text

    def share(self, value: float, digits: int = 1) -> str:
        """0.0413 is "4.1%"."""
        space = NARROW if self.language == "fr" else ""
        return f"{self.number(100 * value, digits)}{space}%"

    def error(self, value: float, error: float, digits: int = 4) -> str:
        return f"{self.number(value, digits)} ± {self.number(error, digits)}"

    def as_written(self, text: str) -> str:
        """A number or a measure that a report states in English."""
        if self.language == "en":
            return text
        if text[:1].isalpha():
            return text.replace("share of", "part de").replace("mean", "moyenne")
        swapped = text.replace("-", MINUS).replace(",", NARROW).replace(".", ",")
        return swapped.replace("%", f"{NARROW}%")

    def tick(self, value: float) -> str:
        """A number on an axis, as short as it can be."""
        if abs(value) >= 1000:
            return self.number(value)
        text = f"{value:.4f}".rstrip("0").rstrip(".").replace("-", MINUS)
        return text.replace(".", ",") if self.language == "fr" else text
