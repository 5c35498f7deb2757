"""The validation file: gaps first, each test with its limit, in each language."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.training.bundle.test_card import IMPORTANCE, MANIFEST, MEASURES, REASONS
from training.errors import TrainingError
from training.gates.gate import Gate
from training.language import alike
from training.registry.signatures import SAYS, SUMS, Signature
from training.validation.chapters.people import overrides
from training.validation.chapters.quality import spiegelhalter
from training.validation.evidence import Evidence
from training.validation.overrides import Overrides, read_overrides
from training.validation.write import validation, write_validation

pypdf = pytest.importorskip("pypdf")

MOMENT = datetime(2026, 12, 1, 9, tzinfo=UTC)
CURVE = {
    "threshold": [0.0, 0.09, 0.5],
    "approval_rate": [0.0, 0.74, 1.0],
    "default_rate": [None, 0.04, 0.0787],
    "business_score": [0.92, 0.48, 0.78],
}
LEAK = Gate("auc_ceiling", 0.83, 0.82, False, alike("Too good."))
KEPT = Gate("row_order", 0.0, 0.0, True, alike("Largest change."))
MEASURED: dict[str, Any] = {
    "by_fold": [
        {
            "clients": 2_000,
            "defaults": 160,
            "predicted_rate": 0.08,
            "auc": auc,
            "business_score": 0.5,
        }
        for auc in (0.74, 0.76)
    ],
    "sensitivity": {
        "clients": 1_000,
        "inputs": [
            {
                "feature": "LOAN_RATE",
                "group": "EMPLOYMENT",
                "missing": {
                    "change": 0.01,
                    "moved": 0.02,
                    "turned": 0.3,
                    "auc_lost": 0.01,
                },
            }
        ],
    },
    "faithfulness": {
        "clients": 1_000,
        "told": 0.95,
        "correlation": 0.7,
        "groups": [
            {
                "group": "EMPLOYMENT",
                "said": 0.2,
                "moved": 0.3,
                "correlation": None,
                "same_side": 0.9,
            }
        ],
    },
}


def evidence(**others: Any) -> Evidence:
    with_errors = {**MEASURES, "business_score_se": 0.01, "average_precision_se": 0.01}
    metrics = {**MANIFEST["metrics"], "cv": with_errors, "cost_curve": CURVE}
    libraries = {"libraries": {"lightgbm": "4.7.0"}, "validation": []}
    features = {"features": [{"name": "LOAN_RATE", "table": "application"}]}
    return replace(
        Evidence(
            manifest={**MANIFEST, "metrics": metrics, **libraries, **features},
            importance=IMPORTANCE,
            reasons=REASONS,
            gates=[LEAK, KEPT],
            parameters={"budget": "quick"},
            decisions=pd.DataFrame({"TARGET": [0, 1], "probability": [0.1, 0.2]}),
            parts_sha256="ab" * 32,
            trained_by="ada",
        ),
        **others,
    )


def test_what_is_missing_and_what_failed_come_first() -> None:
    document = validation(evidence(), MOMENT)
    gaps = [one["chapter"] for one in document["gaps"]]
    assert gaps == [
        *("lineage", "samples", "method", "stability", "stability", "sensitivity"),
        *("explanations", "overrides", "signatures"),
    ]
    assert [one["name"] for one in document["not_passed"]] == ["auc_ceiling"]
    # The gates that stand in two chapters count once.
    assert document["tests"] == {"passed": 3, "not_passed": 1, "not_measured": 0}
    assert document["model"]["parts_sha256"] == "ab" * 32


def test_what_was_measured_is_judged_by_its_limit() -> None:
    found = validation(evidence(measured=MEASURED), MOMENT)
    failed = {one["name"]: (one["found"], one["limit"]) for one in found["not_passed"]}
    assert failed == {
        "auc_ceiling": (0.83, 0.82),
        "largest_share_turned": (0.3, 0.25),
        "reasons_correlation": (0.7, 0.8),
    }


def test_probabilities_are_true_when_errors_are_as_large_as_they_say() -> None:
    told = np.repeat([0.2, 0.6], 50)
    true = np.concatenate([np.arange(50) < 10, np.arange(50) < 30]).astype(int)
    rows = pd.DataFrame({"TARGET": true, "probability": told})
    assert spiegelhalter(evidence(decisions=rows)).found == pytest.approx(0.0)
    wrong = rows.assign(TARGET=1 - true)
    # 50 (0.8 - 0.2) 0.6 - 50 (0.4 - 0.6) 0.2 = 20 against 50 (0.36 0.16 + 0.04 0.24).
    test = spiegelhalter(evidence(decisions=wrong))
    assert test.found == pytest.approx(20 / np.sqrt(50 * (0.0576 + 0.0096)))
    assert test.passed is False


def test_the_last_final_review_of_a_decision_counts(tmp_path: Path) -> None:
    events = [
        {"kind": "decision", "event_id": "a", "decision": "refused"},
        {"kind": "decision", "event_id": "b", "decision": "granted"},
        review("a", "confirmed", "refused"),
        review("a", "overridden", "granted"),
        review("b", "closed", "withdrawn"),
        {**review("b", "overridden", "refused"), "final": False},
    ]
    file = tmp_path / "events.ndjson"
    lines = (
        json.dumps({"sequence": at, "bundle_sha256": "f", **one}) + "\n"
        for at, one in enumerate(events, 1)
    )
    file.write_text("".join(lines))
    found = read_overrides(str(file), "")
    assert found == Overrides("events.ndjson", 1, 2, 1, 1, 1, 1)
    assert overrides(evidence(overrides=found)).tests[0].passed is False
    with pytest.raises(TrainingError, match="expected an http.* address or a file"):
        read_overrides(str(tmp_path / "none"), "")


def review(prediction: str, action: str, decision: str) -> dict[str, Any]:
    whose = {"prediction_id": prediction, "officer": "p1", "final": True}
    return {"kind": "review", "action": action, "decision": decision, **whose}


def test_a_folder_is_written_whole_in_each_language(tmp_path: Path) -> None:
    out = tmp_path / "validation"
    signature = Signature("Ada", "refused", "no “lineage”", "2026-12-01", "ab", None)
    signed = evidence(signatures=[signature], measured=MEASURED)
    signed = replace(
        signed, manifest={**signed.manifest, "validation": [signature.to_json()]}
    )
    write_validation(signed, out, MOMENT)
    assert sorted(one.name for one in out.iterdir()) == [
        "annex-iv.en.docx",
        "annex-iv.fr.docx",
        "impact-assessment.en.docx",
        "impact-assessment.fr.docx",
        "validation.en.pdf",
        "validation.fr.pdf",
        SAYS,
        SUMS,
    ]
    english, french = (said(out / f"validation.{one}.pdf") for one in ("en", "fr"))
    assert english.startswith("Validation file Model credit-scoring, version 3")
    assert "Ada, 2026-12-01: refused, not to be used (no “lineage”)." in english
    assert english.index("What is missing") < english.index("1 Data and lineage")
    assert "auc_ceiling 0.83 0.82 NOT PASSED Too good." in english
    assert "18 Signatures" in english
    assert french.startswith("Dossier de validation Modèle credit-scoring, version 3")
    assert "auc_ceiling 0,83 0,82 ÉCHOUÉ Too good." in french
    assert "Ada, 2026-12-01\u202f: refusé, à ne pas utiliser (no “lineage”)." in french
    for points, last in (("annex-iv", "9 "), ("impact-assessment", "(f) ")):
        paragraphs = words(out / f"{points}.fr.docx")
        assert [one for one in paragraphs if one.startswith(last)]
        assert [one for one in paragraphs if one.startswith("Le prêteur doit écrire")]
        english_ones = set(words(out / f"{points}.en.docx"))
        assert not {one for one in paragraphs if " " in one} & english_ones


def said(pdf: Path) -> str:
    """The text, its lines joined; tagged for who cannot see it."""
    reader = pypdf.PdfReader(io.BytesIO(pdf.read_bytes()))
    catalogue: Any = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert str(catalogue["/Lang"]) == pdf.name.split(".")[1]
    text = " ".join(page.extract_text() for page in reader.pages)
    return re.sub("[ \n\u200b]+", " ", text.replace("_\u200b", "_"))


def words(document: Path) -> list[str]:
    with zipfile.ZipFile(document) as archive:
        body = archive.read("word/document.xml").decode()
    return re.findall(r"<w:t [^>]*>(.*?)</w:t>", body)
