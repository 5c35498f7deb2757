from __future__ import annotations

from training.language import LANGUAGES
from training.reasons import BY_GROUP, REASONS, Reason, to_json


def sentences(reason: Reason) -> tuple[str, ...]:
    return (*reason.raises_risk.values(), *reason.lowers_risk.values())


def test_reason_codes_count_up_without_a_gap():
    assert [reason.code for reason in REASONS] == [f"R{n:02d}" for n in range(1, 28)]


def test_every_group_has_one_reason():
    assert [reason.group for reason in REASONS] == list(BY_GROUP)


def test_sentences_are_short_and_end_with_a_period():
    wrong = [
        sentence
        for reason in REASONS
        for sentence in sentences(reason)
        if len(sentence) > 110 or sentence.count(".") != 1 or sentence[-1] != "."
    ]
    assert wrong == []


def test_no_sentence_is_used_twice():
    used = [sentence for reason in REASONS for sentence in sentences(reason)]
    assert sorted(used) == sorted(set(used))


def test_labels_are_unique_in_each_language():
    for language in LANGUAGES:
        assert len({reason.labels[language] for reason in REASONS}) == len(REASONS)


def test_to_json_gives_the_shape_of_the_bundle():
    assert to_json([BY_GROUP["AGE"]]) == {
        "reasons": [
            {
                "code": "R06",
                "group": "AGE",
                "labels": {"en": "Age", "fr": "Âge"},
                "raises_risk": {
                    "en": "Your age on the day you applied weighs against your"
                    " application.",
                    "fr": "Votre âge au jour de la demande pèse en défaveur de votre"
                    " demande.",
                },
                "lowers_risk": {
                    "en": "Your age on the day you applied weighs in favour of your"
                    " application.",
                    "fr": "Votre âge au jour de la demande pèse en faveur de votre"
                    " demande.",
                },
            }
        ]
    }
