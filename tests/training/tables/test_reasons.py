from __future__ import annotations

from training.bundle.parts import reasons_json
from training.language import LANGUAGES
from training.tables.home_credit import HOME_CREDIT
from training.tables.home_credit.reasons import REASONS
from training.tables.schema import Reason


def sentences(reason: Reason) -> tuple[str, ...]:
    return (*reason.raises_risk.values(), *reason.lowers_risk.values())


def test_no_sentence_says_one_thing_or_the_other():
    said = [s for reason in REASONS for s in (*sentences(reason), *absence(reason))]
    assert [s for s in said if " or " in s or " ou " in s] == []


def absence(reason: Reason) -> tuple[str, ...]:
    return tuple(reason.unknown.values())


def test_reason_codes_count_up_without_a_gap():
    assert [reason.code for reason in REASONS] == [f"R{n:02d}" for n in range(1, 28)]


def test_every_group_has_one_reason():
    assert [reason.group for reason in REASONS] == list(HOME_CREDIT.by_group)


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


def test_the_bundle_has_each_reason_in_every_language():
    assert reasons_json(HOME_CREDIT)["reasons"][5] == {
        "code": "R06",
        "group": "AGE",
        "labels": {"en": "Age", "fr": "Âge"},
        "raises_risk": {
            "en": "Your age on the day you applied weighs against your application.",
            "fr": "Votre âge au jour de la demande pèse en défaveur de votre demande.",
        },
        "lowers_risk": {
            "en": "Your age on the day you applied weighs in favour of your"
            " application.",
            "fr": "Votre âge au jour de la demande pèse en faveur de votre demande.",
        },
        "unknown": {
            "en": "We do not know your age.",
            "fr": "Nous ne connaissons pas votre âge.",
        },
    }
