"""Steps follow from what a lender declares, be it sections, reasons or roles alone."""

from __future__ import annotations

import json
from typing import Any

import fake_answers

from api_client.answers import Importance, ModelAnswer
from texts.entry.steps import Step, steps_of, weights_of

IMPORTANCE = Importance.model_validate_json(json.dumps(fake_answers.importance()))


def model(**application: Any) -> ModelAnswer:
    told = fake_answers.model()
    told["tables"]["application"] |= application
    return ModelAnswer.model_validate_json(json.dumps(told))


def named(step: Step) -> list[str]:
    return [field.name for field in step.fields]


def test_a_section_each_and_what_is_left_in_the_fifth() -> None:
    steps = steps_of(model(), IMPORTANCE)
    assert [step.title for step in steps] == [
        "The loan asked for",
        "The client",
        "Work and income",
        "Home and car",
        "Papers and other facts",
    ]
    # The loan as it is spoken of; what no feature is made of is not asked for.
    assert named(steps[0]) == [
        "AMT_CREDIT",
        "AMT_ANNUITY",
        "AMT_GOODS_PRICE",
        "NAME_CONTRACT_TYPE",
    ]
    assert named(steps[-1]) == ["EXT_SOURCE_1", "EXT_SOURCE_2"]
    [documents] = steps[-1].ticked
    assert [field.name for field in documents.fields] == ["FLAG_DOCUMENT_3"]


def test_what_weighs_most_comes_first_and_the_rest_is_folded() -> None:
    home = steps_of(model(), IMPORTANCE)[3]
    assert named(home) == ["OWN_CAR_AGE", "FLAG_OWN_REALTY"]
    light = IMPORTANCE.model_copy(
        update={
            "features": [
                one.model_copy(update={"mean_absolute": 0.001})
                if one.feature == "FLAG_OWN_REALTY"
                else one
                for one in IMPORTANCE.features
            ]
        }
    )
    home = steps_of(model(), light)[3]
    assert named(home) == ["OWN_CAR_AGE"]
    [folded] = home.folded
    assert [field.name for field in folded.fields] == ["FLAG_OWN_REALTY"]


def test_a_column_weighs_what_is_made_of_it() -> None:
    weights = weights_of(model(), IMPORTANCE)
    assert weights["EXT_SOURCE_1"] == weights["EXT_SOURCE_2"] == 0.41
    assert weights["AMT_GOODS_PRICE"] == 0.14 and "CNT_CHILDREN" not in weights


def test_a_lender_without_sections_has_the_reasons_ones() -> None:
    """What is alone in its reason is with the others that are."""
    columns = [
        {**one, "section": None}
        for one in fake_answers.model()["tables"]["application"]["columns"]
    ]
    steps = steps_of(model(columns=columns, sections=[]), IMPORTANCE)
    assert [step.title for step in steps] == [
        "The loan asked for",
        "Personal situation",
        "Other",
    ]
    assert named(steps[0]) == ["AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE"]
    assert "DAYS_BIRTH" in named(steps[1]) and "DAYS_EMPLOYED" in named(steps[2])
