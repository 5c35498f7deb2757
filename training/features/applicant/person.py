"""The applicant: stability, household, papers and neighbourhood."""

from __future__ import annotations

import narwhals as nw

from training.features.applicant.raw import ADDRESSES, BUILDING, DOCUMENTS, ENQUIRIES
from training.features.arithmetic import filled_sum, known, ratio
from training.features.define import Feature
from training.tables import TABLES
from training.tables.schema import Type, Unit

BIRTH = nw.col("DAYS_BIRTH")
NUMERIC_BUILDING = tuple(
    name for name in BUILDING if TABLES["application"][name].type is not Type.CATEGORY
)


def _feature(
    name: str, value: nw.Expr, group: str, unit: Unit, en: str, fr: str, formula: str
) -> Feature:
    return Feature(name, value, "application", group, unit, en, fr, formula)


def _to_age(column: str, name: str, group: str, en: str, fr: str) -> Feature:
    return _feature(
        f"{name}_TO_AGE",
        ratio(nw.col(column), BIRTH),
        group,
        Unit.SHARE,
        f"{en}, part of the client's life",
        f"{fr}, part de la vie du client",
        f"{column} / DAYS_BIRTH",
    )


def _social(days: int) -> Feature:
    observed = f"OBS_{days}_CNT_SOCIAL_CIRCLE"
    late = f"DEF_{days}_CNT_SOCIAL_CIRCLE"
    return _feature(
        f"SOCIAL_CIRCLE_{days}_DEFAULT_SHARE",
        ratio(nw.col(late), nw.col(observed)),
        "SOCIAL_CIRCLE",
        Unit.SHARE,
        f"Acquaintances {days} days late, share",
        f"Connaissances en retard de {days} jours, part",
        f"{late} / {observed}",
    )


def features() -> list[Feature]:
    """Ages over age, counts of papers, mismatches and unknowns."""
    return [
        _to_age(
            "DAYS_EMPLOYED", "EMPLOYED", "EMPLOYMENT", "Time in the job", "Ancienneté"
        ),
        _to_age(
            "DAYS_REGISTRATION",
            "REGISTRATION",
            "CONTACT",
            "Age of the registration",
            "Ancienneté de l'inscription",
        ),
        _to_age(
            "DAYS_ID_PUBLISH",
            "ID_PUBLISH",
            "CONTACT",
            "Age of the identity paper",
            "Ancienneté de la pièce d'identité",
        ),
        _to_age(
            "DAYS_LAST_PHONE_CHANGE",
            "PHONE_CHANGE",
            "CONTACT",
            "Age of the phone number",
            "Ancienneté du numéro de téléphone",
        ),
        _feature(
            "CAR_AGE_TO_EMPLOYED",
            ratio(nw.col("OWN_CAR_AGE") * -365, nw.col("DAYS_EMPLOYED")),
            "ASSETS",
            Unit.NONE,
            "Age of the car over time in the job",
            "Âge de la voiture sur ancienneté",
            "-365 OWN_CAR_AGE / DAYS_EMPLOYED",
        ),
        _feature(
            "CHILDREN_SHARE",
            ratio(nw.col("CNT_CHILDREN"), nw.col("CNT_FAM_MEMBERS")),
            "FAMILY",
            Unit.SHARE,
            "Children's part of the household",
            "Part des enfants dans le foyer",
            "CNT_CHILDREN / CNT_FAM_MEMBERS",
        ),
        _feature(
            "DOCUMENT_COUNT",
            filled_sum(DOCUMENTS),
            "DOCUMENTS",
            Unit.COUNT,
            "Documents handed in",
            "Documents remis",
            "sum of FLAG_DOCUMENT_2..21",
        ),
        _feature(
            "ADDRESS_MISMATCHES",
            filled_sum(ADDRESSES),
            "REGION",
            Unit.COUNT,
            "Addresses that do not match",
            "Adresses qui ne concordent pas",
            "sum of REG_*_NOT_* and LIVE_*_NOT_*",
        ),
        _feature(
            "ENQUIRIES_TOTAL",
            filled_sum(ENQUIRIES),
            "BUREAU_ENQUIRIES",
            Unit.COUNT,
            "Enquiries at the credit bureau",
            "Consultations du fichier des crédits",
            "sum of AMT_REQ_CREDIT_BUREAU_*",
        ),
        _feature(
            "BUILDING_KNOWN",
            known(BUILDING),
            "HOUSING",
            Unit.COUNT,
            "Facts given on the building",
            "Informations données sur l'immeuble",
            "number of building columns given",
        ),
        _feature(
            "BUILDING_MEAN",
            ratio(filled_sum(NUMERIC_BUILDING), known(NUMERIC_BUILDING)),
            "HOUSING",
            Unit.SCORE,
            "Quality of the building, average",
            "Qualité de l'immeuble, moyenne",
            "mean of the numeric building columns",
        ),
        _social(30),
        _social(60),
    ]
