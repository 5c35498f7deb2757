"""What an API answers that knows what analysts look for, of the fake model's facts."""

from __future__ import annotations

from typing import Any

SHARES = [0.0, 0.1, 0.5, 1.0]


def _candidate(name: str, served: bool, caught: list[float], auc: float) -> Any:
    good = [0.0, 0.05, 0.45, 1.0] if served else SHARES
    return {
        "name": name,
        "label": name,
        "served": served,
        "auc": auc,
        "average_precision": auc / 3,
        "caught": caught,
        "good_refused": good,
        "precision": [None, 0.4 if served else 0.08, 0.12, 0.08],
    }


def inspection() -> dict[str, Any]:
    """Of a score, with the gender as its second; and of the gender."""
    kinds = ["F", "M"]
    return {
        "curves": {
            "refused": SHARES,
            "candidates": [
                _candidate("dummy", False, SHARES, 0.5),
                _candidate("lightgbm", True, [0.0, 0.35, 0.8, 1.0], 0.764),
            ],
        },
        "inputs": [
            {
                "feature": "EXT_SOURCE_MEAN",
                "dependence": {
                    "values": [0.2, 0.5, 0.7, None],
                    "risk": [0.21, 0.09, 0.04, 0.1],
                    "low": [0.1, 0.04, 0.02, 0.05],
                    "high": [0.3, 0.15, 0.08, 0.2],
                },
                "second": "CODE_GENDER",
                "points": {
                    "values": [0.2, 0.5, 0.7],
                    "contributions": [0.8, 0.1, -0.5],
                    "other": [*kinds, None],
                },
            },
            {
                "feature": "CODE_GENDER",
                "dependence": {
                    "values": kinds,
                    "risk": [0.09, 0.07],
                    "low": [0.02, 0.01],
                    "high": [0.2, 0.2],
                },
                "second": None,
                "points": {
                    "values": kinds,
                    "contributions": [0.05, -0.1],
                    "other": [],
                },
            },
        ],
        "interactions": [
            {
                "first": "EXT_SOURCE_MEAN",
                "second": "CODE_GENDER",
                "strength": 0.031,
                "share": 0.02,
            }
        ],
        "errors": [
            {
                "feature": "EXT_SOURCE_MEAN",
                "bins": {
                    "low": [None, 0.5, None],
                    "high": [0.5, None, None],
                    "category": [None] * 3,
                    "clients": [400, 500, 100],
                    "stated": [0.15, 0.05, 0.1],
                    "observed": [0.16, 0.04, 0.25],
                    "granted_defaults": [9, 20, 12],
                    "refused_good": [200, 5, 30],
                    "cost": [0.725, 0.41, 1.5],
                },
            }
        ],
    }


def segment(body: dict[str, Any]) -> dict[str, Any]:
    """A tenth of the sample for each filter."""
    clients = 1000 // (1 + 9 * len(body["filters"]))

    def measures(size: int) -> dict[str, Any]:
        return {
            "clients": size,
            "default_rate": 0.1,
            "stated_risk": 0.09,
            "approval_rate": 0.7,
            "business_score": 0.5,
            "auc": 0.75,
            "granted_repaid": size * 66 // 100,
            "granted_defaulted": size * 4 // 100,
            "refused_repaid": size * 24 // 100,
            "refused_defaulted": size * 6 // 100,
        }

    return {
        "threshold": body["threshold"],
        "segment": measures(clients),
        "all": measures(1000),
    }


def dependence(client_id: str, query: dict[str, str]) -> dict[str, Any] | None:
    found = [
        one for one in inspection()["inputs"] if one["feature"] == query["feature"]
    ]
    if not found:
        return None
    values = found[0]["dependence"]["values"]
    return {
        "client_id": int(client_id),
        "feature": query["feature"],
        "values": values,
        "risk": [0.4, 0.2, 0.1, 0.3][: len(values)],
        "value": values[0],
        "probability": 0.4,
    }
