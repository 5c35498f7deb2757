"""Numbers and words in the language of the deck."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from training.errors import ConfigurationError

LANGUAGES = ("en", "fr")
NARROW, MINUS = "\u00a0", "\u2212"
NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?")
PLACE = re.compile(r"\\{(\w+)\\}")


class AbsentError(Exception):
    """A text names something that this run does not have."""


class Words(string.Formatter):
    """Fills the places of a text: `{cv[auc]:.3f}` is a number as the language has it.

    `{name!n}` is how many there are. `{name!w}` is said in words: in its own text of
    the language, by the label of a feature, else by the table of words. An entry of
    the table may have places itself: it then stands for every text of that form.
    """

    def __init__(
        self, language: str, table: Mapping[str, str], labels: Mapping[str, str]
    ) -> None:
        self.language, self.table, self.labels = language, table, labels
        self._forms = [
            (re.compile(PLACE.sub(_group, re.escape(english))), said)
            for english, said in table.items()
            if "{" in english or english.endswith(".")
        ]

    def fill(self, text: str, values: Mapping[str, Any]) -> str:
        """Raises:
        AbsentError: a value is None. ConfigurationError: there is no such value.
        """
        try:
            said = self.vformat(text, (), values).replace("<br>", "\v")
        except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            raise ConfigurationError(f"{text!r}: cannot be filled: {error!r}") from None
        for sign in ":;?!»" if self.language == "fr" else "":
            # What French puts before these signs never ends a line.
            said = said.replace(f" {sign}", f"{NARROW}{sign}")
        return said.replace("« ", f"«{NARROW}")

    def get_value(
        self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        found = super().get_value(key, args, kwargs)
        if found is None:
            raise AbsentError(key)
        return found

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if conversion == "w":
            return self.say(value)
        if conversion == "n":
            return f"{len(value)}"
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return "–"
        if isinstance(value, str):
            return value if format_spec[-1:].isalpha() else format(value, format_spec)
        return self.local(format(value, format_spec))

    def local(self, number: str) -> str:
        number = number.replace("-", MINUS)
        if self.language == "en":
            return number
        number = number.replace(",", NARROW).replace(".", ",")
        return number.replace("%", f"{NARROW}%")

    def word(self, english: str) -> str:
        """A word of ours, such as a chart's.

        Raises:
            ConfigurationError: the language's file does not have it.
        """
        if self.language != "en" and english not in self.table:
            raise ConfigurationError(
                f"deck.{self.language}.md: no word for {english!r}"
            )
        return self.table.get(english, english)

    def say(self, value: Any) -> str:
        """What comes with the run, in words as far as they are known."""
        if isinstance(value, Mapping):
            return str(value[self.language])
        text = str(value)
        if found := self.table.get(text) or self.labels.get(text):
            return found
        if NUMBER.fullmatch(text):
            return self.local(text)
        for form, said in self._forms:
            text = form.sub(partial(self._said, said), text)
        if text == str(value) and text.count(": ") == 1:
            return ": ".join(self.say(one) for one in text.split(": "))
        return text

    def _said(self, said: str, match: re.Match[str]) -> str:
        places = match.groupdict().items()
        return said.format_map(
            {k: ", ".join(map(self.say, v.split(", "))) for k, v in places}
        )


def _group(place: re.Match[str]) -> str:
    """`{names}` may be several words, every other place is one."""
    return f"(?P<{place[1]}>{'[^.()]+' if place[1] == 'names' else r'[^ ]+?'})"
