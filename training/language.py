"""What people read: declared in English, in other languages by the catalogues.

`_` marks a sentence for translation, as the gettext tools expect it. What it answers is
said in every language at once: {"en": "Loan amount", "fr": "Montant du prêt"}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

Labels = Mapping[str, str]

SOURCE = "en"
CATALOGUES = Path(__file__).parent / "locale"
LANGUAGES = (SOURCE, *sorted(folder.name for folder in CATALOGUES.iterdir()))
SIGNS = {"fr": str.maketrans({",": "\u202f", ".": ",", "%": "\u202f%"})}
# They write nouns with a capital wherever these stand.
CAPITAL_NOUNS = ("de", "lb")


def _(sentence: str, /, **parts: Labels | int) -> Labels:
    """The sentence in every language, with parts of it in the same one.

    A sentence that a catalogue lacks stays English; tests hold that none does.
    """
    return {
        language: _translated(language, sentence).format(
            **{
                name: part if isinstance(part, int) else part[language]
                for name, part in parts.items()
            }
        )
        for language in LANGUAGES
    }


def figure(number: float, form: str) -> Labels:
    """A number in `format`'s form, with the signs of each language."""
    text = format(number, form)
    return {language: text.translate(SIGNS.get(language, {})) for language in LANGUAGES}


def alike(text: str) -> Labels:
    """What is the same in every language: a name."""
    return dict.fromkeys(LANGUAGES, text)


def joined(parts: Iterable[Labels], between: str) -> Labels:
    """One part after the other, in each language."""
    kept = tuple(parts)
    return {
        language: between.join(part[language] for part in kept)
        for language in LANGUAGES
    }


def inside(labels: Labels) -> Labels:
    """The labels as they are written inside a sentence: without the first capital."""
    return {
        language: label if language in CAPITAL_NOUNS else label[:1].lower() + label[1:]
        for language, label in labels.items()
    }


def _translated(language: str, sentence: str) -> str:
    if language == SOURCE:
        return sentence
    return _catalogue(language).get(sentence, sentence)


@cache
def _catalogue(language: str) -> dict[str, str]:
    with (CATALOGUES / language / "LC_MESSAGES" / "training.po").open("rb") as file:
        entries = read_po(file, locale=language)
    texts = {str(entry.id): str(entry.string) for entry in entries if entry.string}
    if language == "fr":
        return {sentence: _spaced(text) for sentence, text in texts.items()}
    return texts


def _spaced(french: str) -> str:
    """With the narrow spaces at which no line breaks, as French sets its signs."""
    return re.sub(" ([;:!?»])", "\u202f\\1", french).replace("« ", "«\u202f")
