from __future__ import annotations

from training.reasons import BY_GROUP, REASONS, Reason, to_json


def sentences(reason: Reason) -> tuple[str, ...]:
    return (
        reason.raises_risk_en,
        reason.raises_risk_fr,
        reason.lowers_risk_en,
        reason.lowers_risk_fr,
    )


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
    assert len({reason.label_en for reason in REASONS}) == len(REASONS)
    assert len({reason.label_fr for reason in REASONS}) == len(REASONS)


def test_to_json_gives_the_shape_of_the_bundle():
    reason = Reason("R01", "AGE", "Age", "Âge", "Up.", "Haut.", "Down.", "Bas.")

    assert to_json([reason]) == {
        "reasons": [
            {
                "code": "R01",
                "group": "AGE",
                "labels": {"en": "Age", "fr": "Âge"},
                "raises_risk": {"en": "Up.", "fr": "Haut."},
                "lowers_risk": {"en": "Down.", "fr": "Bas."},
            }
        ]
    }
