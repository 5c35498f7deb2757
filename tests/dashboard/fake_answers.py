"""What the fake API says: invented clients, an invented model, the API's shapes."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

SLOPE, INTERCEPT = 1.02, -0.01
THRESHOLD = 0.0909
INTERVAL = [0.0812, 0.0991]
BASE = -2.51

# name, unit, English label, group, and per client: value and contribution
FEATURES: list[tuple[str, str, str, str]] = [
    ("EXT_SOURCE_MEAN", "score", "Mean of the outside scores", "EXTERNAL_SCORES"),
    ("DAYS_BIRTH", "days", "Age", "PERSON"),
    ("DAYS_EMPLOYED", "days", "Time in the present job", "WORK"),
    ("AMT_ANNUITY", "currency", "Loan instalment", "LOAN"),
    ("CREDIT_TO_GOODS", "share", "Loan amount over price of the goods", "LOAN"),
    ("BUREAU_COUNT", "count", "Loans known to the credit bureau", "BUREAU"),
    ("INSTALMENTS_LATE_SHARE", "share", "Instalments paid late", "REPAYMENT"),
    ("INSTALMENTS_DPD_MAX", "days", "Longest delay of an instalment", "REPAYMENT"),
    ("CODE_GENDER", "none", "Gender", "PERSON"),
    ("OWN_CAR_AGE", "years", "Age of the car", "PERSON"),
    ("FLAG_OWN_REALTY", "flag", "Owns a home", "PERSON"),
    ("PREVIOUS_REFUSED_SHARE", "share", "Earlier applications refused", "PREVIOUS"),
    ("CARD_USE_MEAN", "share", "Mean use of the card's limit", "CARD"),
    ("POS_MONTHS", "months", "Months of instalment purchases", "PREVIOUS"),
]
GROUPS = {
    "EXTERNAL_SCORES": "Scores from outside agencies",
    "REPAYMENT": "Repayment of earlier loans",
    "LOAN": "The loan asked for",
    "WORK": "Work and income",
    "PERSON": "Personal situation",
    "BUREAU": "Credit bureau record",
    "PREVIOUS": "Earlier applications",
    "CARD": "Credit card use",
}
# Of what the model takes from records; the rest is from the application.
TABLES = {
    "BUREAU": "bureau",
    "REPAYMENT": "instalments",
    "PREVIOUS": "earlier",
    "CARD": "cards",
}
CLIENTS: dict[int, dict[str, Any]] = {
    700001: {
        "values": [0.631, -15234, -2920, 24700.5, 1.08, 4, 0.02, 3, "F", None, 1]
        + [0.0, None, 22],
        "moves": [-0.62, -0.11, -0.2, 0.14, 0.09, -0.03, -0.08, -0.05, -0.07]
        + [0.02, -0.01, -0.06, 0.03, -0.04],
        "missing": 0.08,
        "odd": [],
    },
    700002: {
        "values": [0.212, -9120, -240, 41200.0, 1.31, 9, 0.34, 61, "M", 14, 0]
        + [0.5, 0.92, 31],
        "moves": [0.81, 0.22, 0.31, 0.12, 0.18, 0.05, 0.27, 0.13, 0.09, -0.02]
        + [0.01, 0.16, 0.11, -0.03],
        "missing": 0.21,
        "odd": ["CREDIT_TO_GOODS", "OWN_CAR_AGE"],
    },
    700103: {
        "values": [None, -20011, None, 9000.0, 1.0, None, None, None, "F", None, 1]
        + [None, None, None],
        "moves": [0.3, -0.24, 0.06, -0.05, -0.02, 0.04, 0.05, 0.02, -0.07, 0.01]
        + [-0.01, 0.03, 0.02, 0.1],
        "missing": 0.64,
        "odd": [],
    },
}
COLUMNS: list[tuple[str, str, str]] = [
    ("SK_ID_CURR", "none", "Client number"),
    ("NAME_CONTRACT_TYPE", "none", "Kind of loan"),
    ("AMT_CREDIT", "currency", "Loan amount"),
    ("AMT_ANNUITY", "currency", "Loan instalment"),
    ("AMT_GOODS_PRICE", "currency", "Price of the goods"),
    ("CODE_GENDER", "none", "Gender"),
    ("DAYS_BIRTH", "days", "Age"),
    ("CNT_CHILDREN", "count", "Children"),
    ("NAME_FAMILY_STATUS", "none", "Family status"),
    ("AMT_INCOME_TOTAL", "currency", "Income"),
    ("DAYS_EMPLOYED", "days", "Start of the present job"),
    ("OCCUPATION_TYPE", "none", "Occupation"),
    ("ORGANIZATION_TYPE", "none", "Employer"),
    ("FLAG_OWN_CAR", "flag", "Owns a car"),
    ("FLAG_OWN_REALTY", "flag", "Owns a home"),
    ("OWN_CAR_AGE", "years", "Age of the car"),
    ("EXT_SOURCE_1", "score", "Outside score 1"),
    ("EXT_SOURCE_2", "score", "Outside score 2"),
    ("AMT_REQ_CREDIT_BUREAU_YEAR", "count", "Enquiries, last year"),
    ("DAYS_LAST_PHONE_CHANGE", "days", "Last change of phone"),
    ("HOUR_APPR_PROCESS_START", "hour", "Hour of the application"),
    ("FLAG_DOCUMENT_3", "flag", "Document 3 handed in"),
    ("APARTMENTS_AVG", "score", "Flats in the building (average)"),
    ("LIVINGAREA_AVG", "score", "Living area (average)"),
    ("ELEVATORS_AVG", "score", "Lifts (average)"),
]
FACTS: list[object] = [
    "Cash loans",
    406597.5,
    24700.5,
    351000.0,
    "F",
    -15234,
    1,
    "Married",
    135000.0,
    -2920,
    "Core staff",
    "XNA",
    "N",
    "Y",
    None,
    0.5029,
    0.6312,
    1,
    -1134,
    10,
    1,
    None,
    None,
    None,
]
LOAN = ("AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE")
ROLES = dict(zip(LOAN, ("amount", "instalment", "goods_price"), strict=True))
ROLES |= {"SK_ID_CURR": "client", "DAYS_BIRTH": "birth"}
ROLES |= dict.fromkeys(("DAYS_EMPLOYED", "DAYS_LAST_PHONE_CHANGE"), "date")
# What there is no decision without, and what can be true.
NEEDED = ["NAME_CONTRACT_TYPE", "AMT_CREDIT", "DAYS_BIRTH", "AMT_INCOME_TOTAL"]
NEEDED += ["FLAG_DOCUMENT_3"]
BOUNDS: dict[str, list[float]] = dict.fromkeys((*LOAN, "AMT_INCOME_TOTAL"), [0, 1e9])
BOUNDS |= dict.fromkeys(("EXT_SOURCE_1", "EXT_SOURCE_2"), [0, 1])
BOUNDS |= {"DAYS_BIRTH": [-45000, 0], "DAYS_EMPLOYED": [-36500, 365243]}
BOUNDS |= {"FLAG_DOCUMENT_3": [0, 1], "CNT_CHILDREN": [0, 100]}
# The loan as it was asked for: nobody said in how many instalments.
OFFER: dict[str, Any] = {
    "amount": 406597.5,
    "instalments": 24,
    "down_payment": 0.0,
    "yearly_rate": 0.3918660703800846,
    "instalment": 24700.5,
    "total": 592812.0,
    "cost": 186214.5,
    "apr": 0.4705018634534215,
    "estimated": ["instalments", "yearly_rate"],
    "as_likely": [12, 36],
}
NEGOTIABLE = [
    {"name": "amount", "lowest": 0.3, "highest": 1.3, "relative": True},
    {"name": "instalments", "lowest": 6, "highest": 60, "relative": False},
    {"name": "down_payment", "lowest": 0.0, "highest": 0.5, "relative": True},
]
MISSING: dict[str, list[object]] = {"DAYS_EMPLOYED": [365243]}
MISSING |= {"CODE_GENDER": ["XNA"], "ORGANIZATION_TYPE": ["XNA"]}
WORDS = {
    "CODE_GENDER": {
        "F": {"en": "Woman", "fr": "Femme"},
        "M": {"en": "Man", "fr": "Homme"},
    },
    "NAME_CONTRACT_TYPE": {"Cash loans": {"en": "Cash loan", "fr": "Prêt personnel"}},
}
SECTIONS = {
    "The loan asked for": ("NAME_CONTRACT_TYPE", *LOAN, "HOUR_APPR_PROCESS_START"),
    "The client": (
        *("CODE_GENDER", "DAYS_BIRTH", "CNT_CHILDREN", "NAME_FAMILY_STATUS"),
    ),
    "Work and income": (
        *("AMT_INCOME_TOTAL", "DAYS_EMPLOYED", "OCCUPATION_TYPE", "ORGANIZATION_TYPE"),
    ),
    "Home and car": ("FLAG_OWN_CAR", "FLAG_OWN_REALTY", "OWN_CAR_AGE"),
    "Scores from outside": ("EXT_SOURCE_1", "EXT_SOURCE_2"),
    "Credit bureau enquiries": ("AMT_REQ_CREDIT_BUREAU_YEAR",),
    "Contact and papers": ("DAYS_LAST_PHONE_CHANGE",),
    "Documents handed in": ("FLAG_DOCUMENT_3",),
    "The building the client lives in": (
        *("APARTMENTS_AVG", "LIVINGAREA_AVG", "ELEVATORS_AVG"),
    ),
}
# Of each table of records its columns: name, unit, English label and role; and rows,
# or nothing where it was not imported.
RECORDS: dict[str, tuple[list[tuple[str, str, str, str | None]], Any]] = {
    "bureau": (
        [
            ("SK_ID_CURR", "none", "Client number", "client"),
            ("SK_ID_BUREAU", "none", "Number of the outside credit", "record"),
            ("CREDIT_TYPE", "none", "Type of credit", None),
            ("DAYS_CREDIT", "days", "Date the credit was requested", "date"),
            ("DAYS_CREDIT_ENDDATE", "days", "Planned end of the credit", "date"),
            ("AMT_CREDIT_SUM", "currency", "Amount of the credit", None),
            ("AMT_CREDIT_SUM_OVERDUE", "currency", "Current arrears", None),
        ],
        [
            [700002, 41, "Consumer credit", -300, 430, 12000.5, 0],
            [700002, 40, "Credit card", -1500, None, None, 0],
        ],
    ),
    "instalments": (
        [
            ("MONTHS_BALANCE", "months", "Month", None),
            ("SK_DPD", "days", "Days late", None),
        ],
        [[-1, 0], [-2, 61]],
    ),
    "earlier": ([("DAYS_DECISION", "days", "Date of the decision", "date")], []),
    "cards": ([("MONTHS_BALANCE", "months", "Month", None)], None),
}
FORMULAS = {
    "EXT_SOURCE_MEAN": "mean of EXT_SOURCE_1..2",
    "CREDIT_TO_GOODS": "AMT_CREDIT / AMT_GOODS_PRICE",
}
# By unit.
RECORD_TYPES = {"none": "integer", "days": "integer", "months": "integer"}
RECORD_BOUNDS = {"currency": [0, 1e9], "days": [-36500, 36500], "months": [-1200, 0]}
SIMILAR = {
    "size": 400,
    "observed_default_rate": 0.0725,
    "interval": [0.0511, 0.1018],
    "matched_on": ["EXT_SOURCE_MEAN", "DAYS_BIRTH"],
    "features": [
        {"feature": "EXT_SOURCE_MEAN", "client": 0.631, "median": 0.6},
        {"feature": "DAYS_BIRTH", "client": -15234, "median": -15000},
        {"feature": "CODE_GENDER", "client": "F", "median": "F"},
    ],
    "population": {"size": 20000, "observed_default_rate": 0.081},
}
CARD = "# Model card\n\nInvented: 10,000 clients, none of them real."
ALERT: dict[str, Any] = {
    "id": "alert-1",
    "cause": "feature:AMT_ANNUITY",
    "status": "open",
    "severity": "warning",
    "title": "Instalments have grown",
    "what": "The loan instalment of recent clients is 20 % higher.",
    "certainty": "Chance alone would do this once in 10,000 months.",
    "action": "Look whether a new product explains it.",
    "evidence": {"p": 0.0001},
    "report_id": None,
    "opened_at": "2026-11-20T08:00:00.000000Z",
    "updated_at": "2026-11-22T08:00:00.000000Z",
    "closed_at": None,
    "acknowledged_at": None,
    "acknowledged_by": None,
    "note": None,
    "history": [],
}
DRIFT = {
    "id": "train_test-1",
    "kind": "train_test",
    "created_at": "2026-11-22T13:27:00.123456Z",
    "conclusion": "### Little has changed\n\n2 of 14 features drifted: "
    "**Loan instalment** and **Age of the car**. The model can stay in use.",
    "report": {},
}
PRODUCTION = DRIFT | {
    "id": "production-1",
    "kind": "production",
    "report": {
        "series": {
            "at": ["2026-10-01T00:00:00.000000Z", "2026-11-01T00:00:00.000000Z"],
            "expected_cost": [0.5, 0.52],
            "referred": [None, 0.2],
            "recommended_refused": [None, 0.07],
            "hours": [None, None],
            "probability": [
                {"p05": 0.01, "p25": 0.03, "p50": p50, "p75": 0.1, "p95": 0.3}
                for p50 in (0.06, 0.071)
            ],
            "psi": {"score": [0.01, 0.02], "CODE_GENDER": [0.0, 0.3]},
        }
    },
}
PERFORMANCE = DRIFT | {
    "id": "performance-1",
    "kind": "performance",
    "report": {"looks": [{"before": {"cost": 0.5}, "after": {"cost": 0.61}}]},
}
DRIFT_HTML = "<!doctype html><title>Drift</title><h1>Data drift, invented</h1>"


def labels(english: str) -> dict[str, str]:
    return {"en": english, "fr": f"{english.upper()} (fr)"}


def bundle_sha256(version: str) -> str:
    return version.zfill(64)


def model(version: str = "3") -> dict[str, Any]:
    cv = {"auc": 0.771, "auc_std": 0.004, "business_score": 0.497, "ks": 0.41}
    cv |= {"average_precision": 0.252, "brier": 0.067, "ece": 0.005, "recall": 0.66}
    dummy = {"auc": 0.5, "business_score": 0.81, "recall": 0.0, "brier": 0.074}
    regression = cv | {"auc": 0.744, "business_score": 0.531}
    grid = [i / 100 for i in range(101)]
    return {
        "name": "credit-scoring",
        "version": version,
        "mlflow_run_id": "0" * 32,
        "created_at": "2026-11-22T13:27:00.123456Z",
        "bundle_sha256": bundle_sha256(version),
        "threshold": THRESHOLD,
        "threshold_interval": INTERVAL,
        "negotiable": NEGOTIABLE,
        "costs": {"false_negative": 10.0, "false_positive": 1.0},
        "calibration": {"method": "sigmoid", "slope": SLOPE, "intercept": INTERCEPT},
        "metrics": {
            "cv": cv,
            "candidates": [
                {"name": "dummy", **dummy},
                {"name": "logistic_regression", **regression},
                {"name": "lightgbm", **cv},
            ],
            "cost_curve": {
                "threshold": grid,
                "business_score": _cost(grid),
                "approval_rate": [1 - (1 - one) ** 20 for one in grid],
                "default_rate": [None, *(0.081 * one**0.3 for one in grid[1:])],
            },
            "calibration_curve": {
                "predicted": [0.02, 0.06, 0.3],
                "observed": [0.03, 0.05, 0.28],
                "clients": [3400, 3300, 3300],
            },
            "fairness": [_fairness()],
        },
        "data": {"clients": 10000, "default_rate": 0.081, "fingerprint": "f" * 64},
        "features": [
            {"name": name, "unit": unit, "labels": labels(label), "group": group}
            | {"dtype": "float32", "table": TABLES.get(group, "application")}
            | {"formula": FORMULAS.get(name, name)}
            for name, unit, label, group in FEATURES
        ],
        "reasons": [
            {
                "code": f"R{i:02}",
                "group": group,
                "labels": labels(label),
                "raises_risk": labels(f"{label}: a higher risk."),
                "lowers_risk": labels(f"{label}: a lower risk."),
                "unknown": labels(f"{label}: nothing is known."),
            }
            for i, (group, label) in enumerate(GROUPS.items(), 1)
        ],
        "tables": {
            "application": {
                "columns": _columns(),
                "origin": "application",
                "sections": [labels(section) for section in SECTIONS],
            },
            **{name: _record_table(name) for name in RECORDS},
        },
        "libraries": {"lightgbm": "4.7.0"},
    }


def importance() -> dict[str, Any]:
    sizes = [0.41, 0.2, 0.18, 0.15, 0.14, 0.05, 0.16, 0.09, 0.12, 0.02, 0.01]
    sizes += [0.11, 0.1, 0.04]
    weights = sorted(zip(FEATURES, sizes, strict=True), key=lambda pair: -pair[1])
    groups = [
        {"group": g, "mean_absolute": sum(s for f, s in weights if f[3] == g)}
        for g in GROUPS
    ]
    return {
        "features": [
            {"feature": f[0], "group": f[3], "mean_absolute": s} for f, s in weights
        ],
        "groups": sorted(groups, key=lambda g: -g["mean_absolute"]),
        "beeswarm": {
            "features": ["EXT_SOURCE_MEAN", "AMT_ANNUITY"],
            "values": [[0.2, 41200.0], [None, 9000.0], [0.7, 20000.0]],
            "contributions": [[0.8, 0.1], [0.1, -0.2], [-0.5, 0.0]],
        },
    }


def scorecard() -> dict[str, Any]:
    """Edges as 32 bits keep them; one fact has no edge, another is a category."""
    third = 0.3100000023841858
    return {
        "scale": {"points": 600, "odds": 50, "points_to_double": 20},
        "base_points": 512.5,
        "inputs": [
            _input("DAYS_BIRTH", [-19000.0, -12000.0], [8, 1, -6], 0),
            _input("EXT_SOURCE_MEAN", [third, 0.5], [-21, 2, 18.5], -4),
            _input("CODE_GENDER", None, [3], -2, groups=[["F"]]),
            _input("DAYS_EMPLOYED", [-1825.0, -365.0], [5, 0, -3], 0),
            _input("AMT_ANNUITY", [15000.0], [4, -4], 0),
            _input("BUREAU_COUNT", [], [0], 0),
            _input("FLAG_OWN_REALTY", [0.5], [-1, 1], 0),
        ],
    }


def _input(
    feature: str,
    edges: list[float] | None,
    points: list[float],
    missing: float,
    groups: list[list[str]] | None = None,
) -> dict[str, Any]:
    clients = [1000 * (at + 1) for at, _ in enumerate(points)]
    rates = [0.04 * (at + 1) for at, _ in enumerate(points)]
    return {
        "feature": feature,
        "edges": edges,
        "groups": groups,
        "points": points,
        "missing": missing,
        "mean": 0.5,
        "clients": [*clients, 0],
        "default_rate": [*rates, None],
    }


def search(known: list[int], query: dict[str, str]) -> dict[str, Any]:
    digits = query.get("prefix", ""), query.get("suffix", "")
    found = [
        one
        for one in known
        if str(one).startswith(digits[0]) and str(one).endswith(digits[1])
    ]
    after, limit = int(query.get("cursor", 0)), int(query["limit"])
    page = [one for one in found if one > after]
    following = str(page[limit - 1]) if len(page) > limit else None
    clients = [{"client_id": client_id} for client_id in page[:limit]]
    return {"clients": clients, "total": len(found), "next_cursor": following}


def standing(
    decided: dict[str, Any],
    latest: dict[str, Any],
    review: dict[str, Any] | None,
    version: str,
) -> dict[str, Any]:
    """What stands when `version` serves; the client's data never change."""
    kept: tuple[str, ...] = (
        *("prediction_id", "decision", "probability", "threshold", "model"),
    )
    by_person = review or {}
    said = decided.get("recommendation", decided["decision"])
    by_rules = "model" if said == decided["decision"] else "policy"
    kept += ("recommendation",) if "recommendation" in latest else ()
    return {
        "result": by_person.get("decision", said),
        "by": "person" if review else by_rules,
        "reviewer": by_person.get("reviewer"),
        "category": by_person.get("category"),
        "reason": by_person.get("reason"),
        "decided_at": by_person.get("created_at", decided["created_at"]),
        "review_id": by_person.get("review_id"),
        "prediction_id": decided["prediction_id"],
        "model_decision": decided["decision"],
        "model": decided["model"],
        "terms": {"AMT_CREDIT": FACTS[1]},
        "import_id": 1,
        "imported_at": "2026-11-22T14:00:00.000000Z",
        "latest": {name: latest[name] for name in (*kept, "created_at")}
        | {"model_changed": latest["model"]["version"] != version}
        | {"data_changed": False},
    }


def offers(client_id: int) -> dict[str, Any]:
    """Two amounts by three numbers of instalments; the longest have no price."""
    amounts, numbers = [200_000.0, OFFER["amount"]], [12, 24, 36]
    cells = []
    for wanted in amounts:
        for number in numbers:
            terms = {"amount": wanted, "instalments": number}
            told = prediction(client_id, terms=terms)
            cell = {"offer": told["terms"] | {"apr": 0.21}} | terms
            cell |= {name: told[name] for name in ("probability", "decision")}
            no_price = dict.fromkeys(("offer", "probability", "decision"))
            cells.append(cell | no_price if number == 36 else cell)
    axes = {"amounts": amounts, "instalments": numbers, "cells": cells}
    return {"client_id": client_id, "threshold": THRESHOLD, "asked": OFFER} | axes


def counter_offer(made: dict[str, Any], body: dict[str, Any], number: int) -> Any:
    """`made`: the simulation of the terms that are offered."""
    kept = {name: made[name] for name in ("client_id", "probability", "decision")}
    return {
        "offer_id": f"offer-{number}",
        "simulation_id": made["prediction_id"],
        "offer": made["terms"],
        "valid_until": body["valid_until"],
        "reviewer": body["reviewer"],
        "created_at": made["created_at"],
        **kept,
    }


def records(client_id: int) -> dict[str, Any]:
    tables = [
        {"table": name, "imported": rows is not None, "rows": rows or []}
        | {"columns": [column[0] for column in columns] if rows is not None else []}
        for name, (columns, rows) in RECORDS.items()
    ]
    return {"client_id": client_id, "tables": tables}


def work_item(client_id: int | str, state: str, **more: Any) -> dict[str, Any]:
    """Of the work list; what is left out is null."""
    said = {"client_id": client_id, "state": state, "borderline": False}
    said |= {"since": "2026-11-20T08:00:00.000000Z"}
    nothing = ("reference", "due", "prediction_id", "probability", "threshold")
    return dict.fromkeys((*nothing, "decision", "result", "reviewer")) | said | more


def work() -> list[dict[str, Any]]:
    """One client of each state, in order."""
    refused = {"probability": 0.472, "decision": "refused", "result": "refused"}
    granted = {"probability": 0.0898, "decision": "granted", "result": "granted"}
    return [
        work_item(700002, "contested", due="2126-11-30", **refused),
        work_item(
            700001, "open", borderline=True, reference="2026-17 É. Roy", **granted
        ),
        work_item("new-7k3m9q2x4w", "draft", reference="2026-18 Dupont"),
        work_item(700103, "done", reviewer="Ada", **refused),
    ]


def client(client_id: Any, stands: Any = None) -> dict[str, Any]:
    facts = zip(_columns(), [client_id, *FACTS], strict=True)
    return {
        "client_id": client_id,
        "standing": stands,
        "application": [column | {"value": value} for column, value in facts],
        "terms": OFFER,
        "imported_at": "2026-11-22T14:00:00.000000Z",
    }


def offer(terms: dict[str, float]) -> dict[str, Any]:
    """On other terms, where each euro costs the same as before."""
    left = OFFER["amount"] - terms.get("down_payment", 0.0)
    wanted = OFFER | {"amount": left, "estimated": [], "as_likely": []} | terms
    ratio = wanted["amount"] / OFFER["amount"]
    instalment = OFFER["instalment"] * ratio * 24 / wanted["instalments"]
    total = instalment * wanted["instalments"]
    costs = {"total": total, "cost": total - wanted["amount"]}
    return wanted | {"instalment": instalment} | costs


def prediction(
    client_id: Any, version: str = "3", number: int = 1, terms: Any = None
) -> dict[str, Any]:
    """A decision, or a simulation in which a smaller loan is a smaller risk."""
    known = CLIENTS.get(client_id, CLIENTS[700001])
    moves = list(known["moves"])
    wanted = offer(terms) if terms else None
    if wanted:
        moves[4] += 4 * (wanted["amount"] / OFFER["amount"] - 1)
    margin = BASE + math.fsum(moves)
    probability = 1 / (1 + math.exp(-(SLOPE * margin + INTERCEPT)))
    band = "borderline" if INTERVAL[0] <= probability <= INTERVAL[1] else "clear"
    contributions = [
        {"feature": feature[0], "value": value, "contribution": move}
        for feature, value, move in zip(FEATURES, known["values"], moves, strict=True)
    ]
    return {
        "prediction_id": f"0199c0de-0000-7000-8000-{number:012}",
        "kind": "simulation" if terms else "decision",
        "client_id": client_id,
        "probability": probability,
        "threshold": THRESHOLD,
        "decision": "granted" if probability < THRESHOLD else "refused",
        "confidence": {
            "band": band,
            "missing_share": known["missing"],
            "out_of_range": known["odd"],
        },
        "explanation": {
            "base_value": BASE,
            "margin": margin,
            "contributions": contributions,
        },
        "reasons": _reasons(contributions, probability < THRESHOLD),
        "terms": wanted,
        "model": {
            "name": "credit-scoring",
            "version": version,
            "bundle_sha256": bundle_sha256(version),
        },
        "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }


NOTHING_DECLARED = dict.fromkeys(
    ("monthly_income", "housing", "other_instalments", "dependants")
)
REGISTER = "A grant takes a register that was looked up"


def put(key: Any, name: str, known: list[Any], body: dict[str, Any]) -> dict[str, Any]:
    """What is on record now; `name` is that of its number among the `known`."""
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    named = {"client_id": key, name: f"{name}-{len(known)}", "created_at": at}
    return dict.fromkeys(("reference", "amount", "valid_until")) | body | named


def by_rules(
    made: dict[str, Any], kinds: set[str], declared: Any, refusing: bool
) -> dict[str, Any]:
    """By rules of a lender: what a large loan takes, and what was never declared."""

    def rule(code: str, effect: str, text: str, **more: Any) -> dict[str, Any]:
        nothing: dict[str, Any] = {
            "missing": [],
            "evidence": None,
            "within_days": None,
            "met": None,
        }
        told = {"code": code, "effect": effect, "text": labels(text), "facts": {}}
        return told | nothing | more

    amount = {"terms.amount": OFFER["amount"]}
    rules = [
        rule("LARGE", "second_review", "Two people sign a large loan", met=False)
        | {"facts": amount},
        rule("FICP", "require", REGISTER, evidence="register", within_days=30)
        | {"met": "register" in kinds},
    ]
    if declared is None:
        missing = ["declared.monthly_income"]
        rules.append(
            rule("RATIO", "refer", "Instalments weigh too much", missing=missing)
            | {"facts": amount | {"declared.monthly_income": None}}
        )
    if refusing:
        age = {"application.DAYS_BIRTH": -6000}
        rules.append(rule("AGE", "refuse", "The applicant is too young", facts=age))
    said = "refused" if refusing else "referred"
    if not refusing and declared is not None and made["decision"] == "refused":
        said = "refused"
    policy = {"version": "7", "sha256": "7" * 64, "rules": rules, "failed": False}
    return {"recommendation": said, "policy": policy}


def brief(made: dict[str, Any]) -> dict[str, Any]:
    """The prediction explained by groups alone."""
    told = {name: value for name, value in made.items() if name != "explanation"}
    whole = made["explanation"]
    sums = _by_group(whole["contributions"]).items()
    listed = [{"group": group, "contribution": moved} for group, moved in sums]
    return told | {"by_group": whole | {"contributions": listed}}


def distribution(name: str) -> dict[str, Any]:
    if name == "CODE_GENDER":
        bins: dict[str, Any] = {"kind": "category", "categories": ["F", "M"]}
    else:
        bins = {"kind": "numeric", "edges": [0.0, 0.4, 1.0]}
    counts = {"all": [60, 40], "repaid": [50, 40], "defaulted": [10, 0]}
    return {"feature": name, **bins, **counts, "similar": [5, 15]}


def recorded(made: dict[str, Any], terms: Any, reviews: list[Any]) -> dict[str, Any]:
    """A prediction as the record tells it."""
    changes = {"AMT_CREDIT": made["terms"]["amount"]} if terms else None
    asked = {"asked": terms, "terms": {"AMT_CREDIT": OFFER["amount"]}}
    kept = ("prediction_id", "kind", "probability", "threshold", "decision", "model")
    told = {name: made[name] for name in (*kept, "created_at")}
    told |= {"recommendation": made.get("recommendation")}
    return told | {"changes": changes, "reviews": reviews, **asked}


def review(made: dict[str, Any], body: dict[str, Any], number: int) -> dict[str, Any]:
    agreed = body["decision"] == made["decision"]
    closed = body["decision"] in {"withdrawn", "lapsed"}
    action = "confirmed" if agreed else "closed" if closed else "overridden"
    return {
        "review_id": f"review-{number}",
        "prediction_id": made["prediction_id"],
        "client_id": made["client_id"],
        "action": action,
        "model_decision": made["decision"],
        "created_at": made["created_at"],
        **body,
    }


def _fairness() -> dict[str, Any]:
    def group(name: str, granted: float) -> dict[str, Any]:
        rates = {"default_rate": 0.08, "approval_rate": granted, "auc": 0.77}
        return {"group": name, "clients": 5000, "good_approval_rate": granted, **rates}

    return {
        "attribute": "CODE_GENDER",
        "label": labels("Gender"),
        "groups": [group("F", 0.7), group("M", 0.5)],
        "approval_ratio": 0.714,
        "equal_opportunity_gap": 0.2,
    }


def _by_group(contributions: list[dict[str, Any]]) -> dict[str, float]:
    by_group = dict.fromkeys(GROUPS, 0.0)
    for feature, item in zip(FEATURES, contributions, strict=True):
        by_group[feature[3]] += item["contribution"]
    return by_group


def _reasons(contributions: list[dict[str, Any]], granted: bool) -> list[Any]:
    reasons: list[dict[str, Any]] = []
    for code, (group, moved) in enumerate(_by_group(contributions).items(), 1):
        direction = "raises_risk" if moved > 0 else "lowers_risk"
        word = "higher" if moved > 0 else "lower"
        text = f"{GROUPS[group]}: what we know speaks for a {word} risk."
        reason: dict[str, Any] = {"code": f"R{code:02}", "group": group}
        reason |= {"direction": direction, "against_borderline": moved, "known": True}
        facts = _facts(contributions, group, direction)
        reasons.append(reason | {"contribution": moved, "text": text, "facts": facts})
    reasons.sort(key=lambda reason: -abs(reason["contribution"]))
    directions = ["lowers_risk", "raises_risk"]
    return [
        reason
        for direction in (directions if granted else reversed(directions))
        for reason in [r for r in reasons if r["direction"] == direction][:4]
    ]


def _facts(
    contributions: list[dict[str, Any]], group: str, direction: str
) -> list[dict[str, Any]]:
    """Those that pull in the direction, against a tenth more."""
    pulling = [
        item
        for feature, item in zip(FEATURES, contributions, strict=True)
        if feature[3] == group and isinstance(item["value"], float)
        if (item["contribution"] > 0) == (direction == "raises_risk")
    ]
    return [
        {"feature": item["feature"], "value": item["value"]}
        | {"typical": 1.1 * item["value"], "share": 0.3}
        for item in sorted(pulling, key=lambda one: -abs(one["contribution"]))[:4]
    ]


def _cost(grid: list[float]) -> list[float]:
    return [0.497 + 0.9 * abs(math.sqrt(t) - math.sqrt(THRESHOLD)) ** 1.7 for t in grid]


def _section(name: str) -> int | None:
    places = (at for at, names in enumerate(SECTIONS.values()) if name in names)
    return next(places, None)


def _record_table(name: str) -> dict[str, Any]:
    columns = [
        {"name": column, "unit": unit, "labels": labels(label), "role": role}
        | {"type": RECORD_TYPES.get(unit, "number"), "nullable": role is None}
        | {"meaning": f"{label}.", "bounds": RECORD_BOUNDS.get(unit)}
        for column, unit, label, role in RECORDS[name][0]
    ]
    [group] = [group for group, table in TABLES.items() if table == name]
    called = {"labels": labels(GROUPS[group]), "origin": "credit_bureau"}
    return called | {"columns": columns, "sections": []}


def _columns() -> list[dict[str, Any]]:
    return [
        {"name": name, "unit": unit, "labels": labels(label)}
        | {"type": "category" if name in WORDS else "number"}
        | {"nullable": name not in NEEDED, "bounds": BOUNDS.get(name)}
        | {"meaning": f"{label}, as declared.", "role": ROLES.get(name)}
        | {"section": _section(name)}
        | {"missing": MISSING.get(name, []), "words": WORDS.get(name, {})}
        for name, unit, label in COLUMNS
    ]


def draft(client_id: str, body: dict[str, Any], revision: int) -> dict[str, Any]:
    """What is kept of an application; `body` is what was sent last."""
    known = {"reference", "application", "revision"}
    application = body.get("application", {})
    at = "2026-11-23T08:00:00.000000Z"
    return {
        "client_id": client_id,
        "state": "draft",
        "revision": revision,
        "reference": body.get("reference"),
        "application": application,
        "records": {name: rows for name, rows in body.items() if name not in known},
        "needed": [name for name in NEEDED if name not in application],
        "unknown": [],
        "same_person": [700002] if application.get("AMT_CREDIT") == 7000 else [],
        "created_at": at,
        "updated_at": at,
        "expires_at": "2026-12-23T08:00:00.000000Z",
    }


def problems(body: dict[str, Any]) -> list[dict[str, str]]:
    """What of a draft is out of its bounds, by JSON pointer."""
    tables = {"": [body.get("application", {})], "bureau": body.get("bureau", [])}
    bounds = BOUNDS | {
        one["name"]: one["bounds"] for one in _record_table("bureau")["columns"]
    }
    told = []
    for table, rows in tables.items():
        for number, row in enumerate(rows):
            at = f"/bureau/{number}" if table else "/application"
            for name, value in row.items():
                low, high = bounds.get(name) or [-math.inf, math.inf]
                good = name in WORDS or not isinstance(value, str)
                if not good or (name not in WORDS and not low <= value <= high):
                    told.append({"path": f"{at}/{name}", "detail": "is wrong"})
    return told


def missing(kept: dict[str, Any]) -> dict[str, Any]:
    spans = {"EXT_SOURCE_2": (0.04, 0.19), "EXT_SOURCE_1": (0.06, 0.11)}
    return {
        "client_id": kept["client_id"],
        "probability": None if kept["needed"] else 0.08,
        "threshold": THRESHOLD,
        "needed": kept["needed"],
        "missing": [
            {"column": name, "lowest": low, "highest": high}
            for name, (low, high) in spans.items()
            if name not in kept["application"]
        ],
    }
