"""Every reason and fact that real clients are told is true of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
import streamlit as st

from api.bundle.manifest import Borderline
from api.bundle.read import read_bundle
from api.documents.values import Values
from api.json_encoding import encode
from api.schemas.answers import Fact
from api.schemas.model import Feature, ModelAnswer
from api.scoring.champion import Champion, load
from tests.commands import ROOT
from tests.conftest import House

sys.path.insert(0, str(ROOT / "dashboard"))

from api_client import answers  # noqa: E402
from config import settings  # noqa: E402
from session import language as chosen  # noqa: E402
from texts.client.reasons import fact_lines  # noqa: E402

pytestmark = pytest.mark.xdist_group("real")
CLIENTS = 200
LANGUAGES = "en", "fr"


@pytest.fixture(scope="module")
def champion(real_house: House) -> Champion:
    # Their vectors, beside the bundle that the champion is of.
    made = load(read_bundle(real_house.bundle), threads=1)
    with duckdb.connect() as connection:
        query = (
            f"SELECT unnest(features) FROM '{real_house.clients}' ORDER BY SK_ID_CURR"
        )
        values = connection.execute(query).fetchnumpy()["unnest(features)"]
    width = len(made.manifest.features)
    made.__dict__["vectors"] = np.ma.filled(values, np.nan).reshape(-1, width)
    return made


@pytest.fixture(scope="module")
def judged(champion: Champion) -> list[tuple[Any, Any, dict[str, Any]]]:
    """Vector, contributions and answer of each client."""
    vectors = champion.__dict__["vectors"]
    rows = np.random.default_rng(21).choice(len(vectors), CLIENTS, replace=False)
    matrix = vectors[rows].astype(np.float32)
    scores = champion.score(matrix, [True] * CLIENTS)
    return [
        (score.features, score.contributions, champion.scorer.judge(score, ()))
        for score in scores
    ]


def borderline(champion: Champion) -> Borderline:
    assert champion.bundle.borderline is not None
    return champion.bundle.borderline


def test_reasons_add_up_to_what_sets_a_client_apart_from_borderline_ones(
    champion: Champion, judged: list[Any]
) -> None:
    usual = borderline(champion)
    means = {one.group: one.contribution for one in usual.groups}
    groups = [feature.group for feature in champion.manifest.features]
    for _vector, contributions, answer in judged:
        sums = dict.fromkeys(groups, 0.0)
        for group, moved in zip(groups, contributions.tolist()[:-1], strict=True):
            sums[group] += moved
        apart = {group: size - means[group] for group, size in sums.items()}
        margin = answer["explanation"]["margin"]
        assert abs(sum(apart.values()) - (margin - usual.margin)) <= 1e-9
        for reason in answer["reasons"]:
            assert reason["contribution"] == sums[reason["group"]]
            assert reason["against_borderline"] == apart[reason["group"]]
            raises = reason["direction"] == "raises_risk"
            assert raises == (reason["against_borderline"] > 0)


def test_a_reason_is_of_known_values_or_says_that_there_is_no_record(
    champion: Champion, judged: list[Any]
) -> None:
    groups = np.array([feature.group for feature in champion.manifest.features])
    catalogue = {reason.group: reason for reason in champion.bundle.reasons}
    absences = 0
    for vector, _contributions, answer in judged:
        unknown = []
        for reason in answer["reasons"]:
            group, told = reason["group"], catalogue[reason["group"]]
            own = vector[groups == group]
            assert reason["known"] == (not np.isnan(own).all())
            if reason["known"]:
                assert reason["text"] == getattr(told, reason["direction"]).en
            else:
                assert told.unknown is not None and reason["facts"] == []
                assert reason["text"] == told.unknown.en
                unknown.append(reason["text"])
        assert len(unknown) == len(set(unknown))
        absences += len(unknown)
    assert absences


def test_facts_are_the_client_s_and_carry_most_of_the_reason(
    champion: Champion, judged: list[Any]
) -> None:
    usual = {one.feature: one for one in borderline(champion).features}
    carried = []
    for vector, contributions, answer in judged:
        values = champion.scorer.values(vector)
        for reason in answer["reasons"]:
            sign = 1 if reason["direction"] == "raises_risk" else -1
            facts = reason["facts"]
            assert len(facts) <= 4
            assert [f["share"] for f in facts] == sorted(
                (f["share"] for f in facts), reverse=True
            )
            for fact in facts:
                at, known = champion.places[fact["feature"]], usual[fact["feature"]]
                assert fact["value"] is not None and fact["value"] == values[at]
                assert fact["typical"] == known.typical
                assert champion.manifest.features[at].group == reason["group"]
                assert sign * (contributions[at] - known.contribution) >= 0
                direction = known.raises_risk - known.lowers_risk
                if direction and fact["typical"] is not None:
                    above = fact["value"] - fact["typical"]
                    assert sign * direction * above >= 0
            if reason["known"]:
                carried.append(sum(fact["share"] for fact in facts))
    assert np.mean(np.array(carried) >= 0.6) >= 0.9


def test_sentences_compare_as_the_numbers_do(
    champion: Champion, judged: list[Any], page: Any
) -> None:
    told, features = 0, {one.name: one for one in champion.manifest.features}
    for _vector, _contributions, answer in judged:
        for reason in answer["reasons"]:
            for fact in reason["facts"][:1]:
                for language in LANGUAGES:
                    tables = champion.manifest.tables
                    letter = Values(language, "EUR", tables).sentence(
                        Fact(**fact), features[fact["feature"]]
                    )
                    first, *others = page(reason, language)
                    assert len(others) == len(reason["facts"]) - 1
                    feature = features[fact["feature"]]
                    if feature.sentences is None or fact["typical"] is None:
                        assert letter == ""
                        assert feature.labels.in_language(language) in first
                        continue
                    told += 1
                    for sentence in (letter, first):
                        check_comparison(sentence, fact, feature, language)
    assert told > 1_000


def check_comparison(
    sentence: str, fact: dict[str, Any], feature: Feature, language: str
) -> None:
    """It is the one for above, below or equal, and neither blank is left."""
    assert feature.sentences is not None
    assert "{" not in sentence
    found = {}
    for lies, labels in feature.sentences:
        pattern = re.escape(labels.in_language(language))
        pattern = pattern.replace(r"\{value\}", "(?P<value>.+)")
        pattern = pattern.replace(r"\{typical\}", "(?P<typical>.+)")
        if match := re.fullmatch(pattern, sentence):
            found[lies] = match.groupdict()
    value, typical = fact["value"], fact["typical"]
    if "equal" in found:
        # As they are written: days in months, shares with one decimal, ages in years.
        near = 31 if feature.unit == "days" else 0.06
        if feature.name == "DAYS_BIRTH":
            assert int(value / -365.25) == int(typical / -365.25)
            return
        assert value == typical or abs(value - typical) <= near
    elif isinstance(value, str):
        assert set(found) == {"above", "below"} and value != typical
    else:
        assert ("above" if value > typical else "below") in found
        assert all(told["value"] != told["typical"] for told in found.values())


@pytest.fixture(scope="module")
def page(champion: Champion) -> Iterator[Any]:
    """What the page says below a reason, by the code of the dashboard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASHBOARD_CURRENCY", "EUR")
        patch.setenv("DASHBOARD_API_KEY", "none")
        settings.cache_clear()
        bundle = champion.bundle
        fields = {**bundle.document, **bundle.document["model"]}
        fields |= {**bundle.json("reasons.json"), "bundle_sha256": bundle.sha256}
        told = {
            name: fields[name] for name in ModelAnswer.model_fields if name in fields
        }
        model = answers.ModelAnswer.model_validate_json(encode(told))

        def lines(reason: dict[str, Any], language: str) -> list[str]:
            st.session_state[chosen.CHOSEN] = language
            read = answers.ReasonAnswer.model_validate_json(encode(reason))
            return fact_lines(read, model)

        yield lines
        del st.session_state[chosen.CHOSEN]
        settings.cache_clear()
