"""The model card says what its numbers are of, in every language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from training.bundle.card import _cost, write_model_card
from training.gates.gate import Gate
from training.language import Labels, _


@pytest.mark.parametrize(
    ("by_amount", "said"),
    [
        (False, "costs 0.6, a good client refused 0.1. Business score (mean cost per"),
        (True, "costs 0.6 of its credit, a good client refused 0.1 of its credit."),
    ],
)
def test_the_card_says_what_a_cost_is_of(by_amount: bool, said: str) -> None:
    measures = {"business_score": 0.03, "refused_share": 0.2, "recall": 0.5}
    manifest = {
        "costs": {"false_negative": 0.6, "false_positive": 0.1},
        "costs_by_amount": by_amount,
        "tables": {"application": {"columns": [{"name": "ASKED", "role": "amount"}]}},
        "threshold": 0.1,
        "threshold_interval": [0.08, 0.12],
        "metrics": {"cv": measures},
    }
    _title, text = (part["en"].replace("\n", " ") for part in _cost(manifest))
    assert said in text
    unit = "per unit of credit asked for" if by_amount else "per decision"
    assert f"(mean cost {unit}) 0.0300 at the threshold 0.1000" in text


def test_each_language_has_a_card_of_its_own_words_and_signs(tmp_path: Path) -> None:
    write_model_card(tmp_path, MANIFEST, IMPORTANCE, REASONS)

    english, french = (
        (tmp_path / name).read_text(encoding="utf-8")
        for name in ("model-card.md", "model-card.fr.md")
    )
    assert "# Model card credit-scoring, version 3\n" in english
    assert "| lightgbm, ranks | 0.7500 ± 0.0100 |" in english
    assert "| Woman | 6,560 | 0.080 | 0.731 | 0.766 | - |" in english
    assert "So few clients leave open: id_blocks." in english
    few = "| 25 | 0.0010 ± 0.0020 | 0.0030 ± 0.0040 | 0.7500 | 0.4800 |"
    assert few in english and few.replace(".", ",") in french
    left = "0.7600 ± 0.0100 (+0.0100 over the served model, 95% interval +0.0040 to"
    assert left in " ".join(english.split())
    assert "un mélange de lightgbm, monotone; catboost" in " ".join(french.split())
    assert "# Fiche du modèle credit-scoring, version 3\n" in french
    assert "10\u202f000 clients passés" in french and "7,87\u202f%" in french
    assert "opposer à un demandeur ce qui est protégé" in french
    assert "| lightgbm, rangs | 0,7500 ± 0,0100 |" in french
    assert "| Femme | 6\u202f560 | 0,080 | 0,731 | 0,766 | - |" in french
    assert "| id_blocks | - | 0,001 | oui | Ne peut être su\u202f: aucune" in french
    assert "| Employment | " in english and "| Emploi | " in french
    assert "l'acceptation est inégale selon sexe" in french.lower()
    assert "Il classe le moins bien dans Type de prêt\u202f: Crédit renouv" in french
    lines = [line for line in english.splitlines() if " " in line.strip("#-| ")]
    same = set(lines) & set(french.splitlines())
    assert not same, same


def labelled(name: str, label: Labels, **more: Any) -> dict[str, Any]:
    return {"name": name, "labels": label, "words": {}, **more}


MEASURES = {
    "auc": 0.75,
    "auc_se": 0.01,
    "business_score": 0.48,
    "average_precision": 0.3,
    "brier": 0.06,
    "ks": 0.4,
    "ece": 0.008,
    "recall": 0.6,
    "refused_share": 0.26,
}
GENDER = {
    "attribute": "CODE_GENDER",
    "label": _("Gender"),
    "approval_ratio": 0.7,
    "equal_opportunity_gap": 0.02,
    "groups": [
        {
            "group": "F",
            "clients": 6560,
            "default_rate": 0.08,
            "approval_rate": 0.731,
            "good_approval_rate": 0.766,
            "auc": None,
        }
    ],
}
SEGMENT = {
    "segment": "Type of loan: Revolving credit",
    "label": _(
        "{column}: {value}", column=_("Type of loan"), value=_("Revolving credit")
    ),
    "clients": 930,
    "default_rate": 0.05,
    "predicted_rate": 0.06,
    "auc": 0.6,
    "business_score": 0.4,
}
UNKNOWN = _("Cannot be known: no part of the clients, or one, has enough defaults.")
DIFFERENCE = {
    "difference": 0.001,
    "standard_error": 0.002,
    "without": 0.75,
    "with": 0.749,
}
OVER = {"difference": 0.01, "standard_error": 0.002, "interval": [0.004, 0.016]}
MANIFEST: dict[str, Any] = {
    "model": {
        "name": "credit-scoring",
        "version": "3",
        "mlflow_run_id": "33da1e",
        "created_at": "2026-11-30T09:16:33Z",
    },
    "threshold": 0.09,
    "threshold_interval": [0.08, 0.12],
    "data": {
        "clients": 10_000,
        "default_rate": 0.0787,
        "known_after": 365,
        "fingerprint": "398ef20edd87",
    },
    "feature_set": "66110d67281a",
    "features": [{"name": "LOAN_RATE"}],
    "tables": {
        "application": {
            "columns": [
                labelled(
                    "CODE_GENDER",
                    _("Gender"),
                    use="protected",
                )
                | {"words": {"F": _("Woman")}}
            ]
        }
    },
    "costs": {"false_negative": 10.0, "false_positive": 1.0},
    "calibration": {"slope": 0.995, "intercept": 0.051},
    "metrics": {
        "cv": MEASURES,
        "candidates": [{"name": "lightgbm", "label": "lightgbm, ranks", **MEASURES}],
        "comparisons": [
            {
                "variant": "lightgbm, ranks",
                "base": "lightgbm",
                "business_score": 0.02,
                "business_score_se": 0.01,
                "auc": -0.01,
                "auc_se": 0.01,
                "pays": False,
            }
        ],
        "curve": [
            {
                "features": 25,
                "auc": 0.75,
                "auc_below_highest": 0.001,
                "auc_below_highest_se": 0.002,
                "business_score": 0.48,
                "business_score_above_least": 0.003,
                "business_score_above_least_se": 0.004,
            }
        ],
        "ceiling": {
            "members": ["lightgbm, monotone", "catboost"],
            "auc": 0.76,
            "auc_se": 0.01,
            "business_score": 0.47,
            "business_score_se": 0.005,
            "auc_over_served": OVER,
            "business_score_over_served": OVER,
        },
        "calibration_curve": {
            "predicted": [0.01],
            "observed": [0.02],
            "clients": [500],
        },
        "fairness": [GENDER],
        "gates": [Gate("id_blocks", None, 0.001, True, UNKNOWN).to_json()],
        "segments": [SEGMENT],
        "price_of_leaving_out": [
            {"use": "protected", "auc": DIFFERENCE, "business_score": DIFFERENCE}
        ],
    },
}
IMPORTANCE = {
    "groups": [{"group": "EMPLOYMENT", "mean_absolute": 0.15}],
    "features": [{"feature": "DAYS_EMPLOYED", "mean_absolute": 0.07}],
    "permutation": {"auc_lost": {}, "rank_correlation": -0.02},
    "permutation_of_groups": {
        "auc_lost": {"EMPLOYMENT": 0.0123},
        "rank_correlation": 0.95,
    },
}
REASONS = {
    "reasons": [{"group": "EMPLOYMENT", "labels": _("Employment")}],
    "borderline": {"clients": 1227, "margin": -2.3573},
}
