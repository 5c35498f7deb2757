import numpy as np
import pandas as pd
import pytest

from training.bundle.parts import CURVE_POINTS, cost_curve, described, protected
from training.evaluation.business_cost import Costs
from training.features import applicant
from training.features.applicant.raw import features as raw_features
from training.tables.home_credit import HOME_CREDIT
from training.tables.schema import Use


def test_the_curve_tells_how_many_each_threshold_grants_and_who_of_them_default() -> (
    None
):
    target, probability = np.array([0.0, 1, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4])
    curve = cost_curve(target, probability, 0.25, Costs(), pd.DataFrame())
    assert {len(column) for column in curve.values()} == {CURVE_POINTS}
    rows = list(zip(*curve.values(), strict=True))
    assert rows[0] == (0.0, 0.5, 0.0, None)
    assert (0.25, 2.75, 0.5, 0.5) in rows
    assert rows[-1] == (pytest.approx(0.4), 5.0, 1.0, 0.5)


def test_what_is_made_of_a_protected_column_is_protected() -> None:
    features = [*applicant.crafted([]), *raw_features(HOME_CREDIT, [*Use])]
    made_of_age = ("EMPLOYED", "REGISTRATION", "ID_PUBLISH", "PHONE_CHANGE")
    around = ("DEF_30", "DEF_60", "OBS_30", "OBS_60")
    assert protected(HOME_CREDIT, features) == {
        "DAYS_BIRTH",
        "INCOME_PER_DAY_OF_AGE",
        *(f"{name}_TO_AGE" for name in made_of_age),
        *(f"EXT_SOURCE_{score}_FOR_AGE" for score in (1, 2, 3, "MEAN")),
        *("CODE_GENDER", "NAME_FAMILY_STATUS"),
        *(f"{name}_CNT_SOCIAL_CIRCLE" for name in around),
        *("HOUR_APPR_PROCESS_START", "WEEKDAY_APPR_PROCESS_START"),
    }
    table = HOME_CREDIT.application
    told = [one.name for one in table if described(table, one, None)["protected"]]
    assert set(told) < protected(HOME_CREDIT, features)
    assert len(told) == 9
