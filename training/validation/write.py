"""The validation file: as JSON and, in each language, as PDF, with drafts in Word."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from training.bundle.parts import write_json
from training.files import replacing
from training.gates.gate import number
from training.language import LANGUAGES, Labels, _, alike
from training.registry.signatures import SAYS, write_sums
from training.validation.chapters import (
    data,
    inputs,
    method,
    outcome,
    people,
    quality,
)
from training.validation.document import Chapter, Test
from training.validation.evidence import Evidence
from training.validation.law.annex_iv import annex_iv
from training.validation.law.impact_assessment import impact_assessment
from training.validation.law.word import write_word

TEMPLATE = Path(__file__).with_name("validation.typ")
CHAPTERS = (
    data.lineage,
    data.target,
    data.exclusions,
    data.samples,
    method.method,
    method.rivals,
    quality.discrimination,
    quality.calibration_chapter,
    quality.cost,
    quality.stability,
    inputs.sensitivity,
    people.limits_chapter,
    people.fairness,
    inputs.explanations,
    inputs.behaviour,
    people.overrides,
    outcome.gates,
    outcome.signatures,
)
RESULTS = {True: _("passed"), False: _("NOT PASSED"), None: _("not measured")}
WORDS = {
    "title": _("Validation file"),
    "gaps": _("What is missing"),
    "gap": _("missing"),
    "to_do": _("what closes it"),
    "none": _("Nothing that this file would have to tell is missing."),
    "failed": _("What is not passed"),
    "all_passed": _("Every test that was measured is passed."),
    "test": _("test"),
    "found": _("found"),
    "limit": _("limit"),
    "result": _("result"),
    "why": _("what it says"),
    "contents": _("Contents"),
}
LAWS = {
    "annex-iv": (
        annex_iv,
        _("Technical documentation, Annex IV of Regulation (EU) 2024/1689: draft"),
    ),
    "impact-assessment": (
        impact_assessment,
        _("Fundamental rights impact assessment, Article 27: draft"),
    ),
}
INTRO = _(
    "Filled with what is known of the version below; what each point asks is told in"
    " short, and the Regulation's own words bind. Not legal advice."
)


def write_validation(
    evidence: Evidence, out: Path, moment: datetime | None = None
) -> dict[str, Any]:
    """Write the folder `out`; returns what `validation.json` says.

    The PDFs and the JSON are sealed by `validation.sha256`; the Word documents are
    drafts, for the lender to write on.
    """
    moment = moment or datetime.now(UTC)
    document = validation(evidence, moment)
    names = [SAYS]
    with replacing(out) as beside:
        beside.mkdir()
        write_json(beside / SAYS, document)
        for language in LANGUAGES:
            names.append(f"validation.{language}.pdf")
            pdf = render(in_language(_shown(document), language), moment)
            (beside / names[-1]).write_bytes(pdf)
            for name, (points, title) in LAWS.items():
                write_word(
                    beside / f"{name}.{language}.docx",
                    language,
                    title,
                    _introduced(evidence),
                    points(evidence),
                )
        write_sums(beside, names)
    return document


def validation(evidence: Evidence, moment: datetime) -> dict[str, Any]:
    """The content of `validation.json`: gaps and what is not passed first."""
    chapters = [write(evidence) for write in CHAPTERS]
    tests = _each_once(chapters)
    return {
        "format": 1,
        "model": {
            **evidence.manifest["model"],
            "parts_sha256": evidence.parts_sha256,
            "trained_by": evidence.trained_by,
        },
        "made_at": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "signatures": evidence.manifest["validation"],
        "tests": {
            "passed": sum(test.passed is True for test in tests),
            "not_passed": sum(test.passed is False for test in tests),
            "not_measured": sum(test.passed is None for test in tests),
        },
        "gaps": [
            {"chapter": chapter.name, **asdict(gap)}
            for chapter in chapters
            for gap in chapter.gaps
        ],
        "not_passed": [asdict(test) for test in tests if test.passed is False],
        "chapters": [asdict(chapter) for chapter in chapters],
        "measured": evidence.measured,
    }


def _each_once(chapters: Sequence[Chapter]) -> list[Test]:
    """A gate stands in its chapter, and among the gates."""
    tests = {test.name: test for chapter in chapters for test in chapter.tests}
    return list(tests.values())


def _introduced(evidence: Evidence) -> Labels:
    model = evidence.manifest["model"]
    which = _(
        "{intro} Model {name}, version {version}, MLflow run {run}.",
        intro=INTRO,
        name=alike(model["name"]),
        version=alike(model["version"]),
        run=alike(model["mlflow_run_id"]),
    )
    return which


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the PDF tells, its numbers as texts."""
    model, tests = document["model"], document["tests"]
    summary = [
        _(
            "Model {name}, version {version}, registered {registered}; this file of"
            " {made}.",
            name=alike(model["name"]),
            version=alike(model["version"]),
            registered=alike(model["created_at"][:10]),
            made=alike(document["made_at"][:10]),
        ),
        _(
            "{passed} tests passed, {failed} not passed, {open} not measured; {gaps}"
            " things are missing.",
            passed=tests["passed"],
            failed=tests["not_passed"],
            open=tests["not_measured"],
            gaps=len(document["gaps"]),
        ),
        *document["chapters"][-1]["lines"],
    ]
    return {
        "words": WORDS,
        "summary": summary,
        "version": alike(f"{model['name']} {model['version']}"),
        "gaps": document["gaps"],
        "not_passed": [_said(test) for test in document["not_passed"]],
        "chapters": [
            {**chapter, "tests": [_said(test) for test in chapter["tests"]]}
            for chapter in document["chapters"]
        ],
    }


def _said(test: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **test,
        "found": number(test["found"]),
        "limit": number(test["limit"]),
        "result": RESULTS[test["passed"]],
    }


def in_language(part: Any, language: str) -> Any:
    """The same with each text in one language."""
    if isinstance(part, Mapping):
        if part.keys() == set(LANGUAGES):
            return part[language]
        inner = {key: in_language(value, language) for key, value in part.items()}
        return inner | {"language": language} if "words" in part else inner
    if isinstance(part, list | tuple):
        return [in_language(one, language) for one in part]
    return part


def render(document: Mapping[str, Any], moment: datetime) -> bytes:
    """A tagged PDF (PDF/UA-1), with typst's own fonts: the same on every machine."""
    compiler = typst.Compiler(root=TEMPLATE.parent, ignore_system_fonts=True)
    pdf = compiler.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"document": json.dumps(document)},
        timestamp=int(moment.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"{TEMPLATE.name}: expected one PDF, found {type(pdf)}")
    return pdf
