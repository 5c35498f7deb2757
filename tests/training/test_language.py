"""What people read is marked, translated, and put together in each language."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from training import language
from training.language import CATALOGUES, LANGUAGES, SOURCE, _, inside

TRAINING = Path(language.__file__).parent


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != SOURCE])
def test_a_catalogue_has_every_sentence_and_none_is_left_over(code):
    found = extract_from_dir(TRAINING, [("**.py", "python")], keywords={"_": None})
    marked = {message for _file, _line, message, *_rest in found}
    with (CATALOGUES / code / "LC_MESSAGES" / "training.po").open("rb") as file:
        catalogue = {entry.id: entry.string for entry in read_po(file) if entry.id}

    assert set(catalogue) == marked
    for sentence, translated in catalogue.items():
        assert isinstance(sentence, str) and isinstance(translated, str)
        assert translated, sentence
        assert sorted(values(sentence)) == sorted(values(translated))


def values(sentence: str) -> list[str]:
    return [name for _text, name, *_format in Formatter().parse(sentence) if name]


def test_a_sentence_is_filled_in_with_parts_of_its_own_language():
    labels = _("{records} ({subset})", records=_("Age"), subset=_("refused"))

    assert labels == {"en": "Age (refused)", "fr": "Âge (refusées)"}
    assert _("Document {number} handed in", number=3)["fr"] == "Document 3 fourni"


def test_a_label_inside_a_sentence_is_written_small_but_for_german_nouns():
    labels = {"en": "Loan amount", "fr": "Montant du prêt", "de": "Darlehensbetrag"}

    assert inside(labels) == {
        "en": "loan amount",
        "fr": "montant du prêt",
        "de": "Darlehensbetrag",
    }
