"""What moves the answer: each input, each reason, and what must not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.language import Labels, _, alike, figure
from training.validation.chapters.quality import MEASURED
from training.validation.document import Chapter, Gap, Table, Test, of_gates
from training.validation.evidence import Evidence

SHOWN = 25
# Of all decisions, by one input that is missing.
MOST_TURNED = 0.25
# AUC that one missing input may take along.
MOST_LOST = 0.05
LEAST_SAME_SIDE, LEAST_CORRELATION = 0.9, 0.8


def sensitivity(evidence: Evidence) -> Chapter:
    """What each input does when it is missing, or shifted."""
    title = _("Sensitivity to each input")
    if evidence.measured is None:
        return Chapter("sensitivity", title, gaps=[_earlier(title)])
    found = evidence.measured["sensitivity"]
    inputs, every = found["inputs"], len(evidence.manifest["features"])
    lines = [
        _(
            "Each of the {tried} inputs that weigh most, of {inputs}, was made missing"
            " for {clients} clients, and moved up and down by a standard deviation, all"
            " else as it was. Change: of the mean probability; moved: its mean size;"
            " turned: share of decisions that turn. Shown are the {shown} that move"
            " most; all are in validation.json.",
            clients=figure(found["clients"], ",d"),
            tried=len(inputs),
            inputs=every,
            shown=min(SHOWN, len(inputs)),
        )
    ]
    names = (
        _("input"),
        _("missing: change"),
        _("moved"),
        _("turned"),
        _("AUC lost"),
        _("up: change"),
        _("down: change"),
    )
    tests = []
    if inputs:
        turning = max(inputs, key=lambda one: float(one["missing"]["turned"]))
        losing = max(inputs, key=lambda one: float(one["missing"]["auc_lost"]))
        tests = [
            Test(
                "largest_share_turned",
                turning["missing"]["turned"],
                MOST_TURNED,
                turning["missing"]["turned"] <= MOST_TURNED,
                _(
                    "Share of decisions that turn when one input is missing, most by"
                    " {input}: no single source may decide a quarter of the cases.",
                    input=alike(turning["feature"]),
                ),
                MEASURED,
            ),
            Test(
                "largest_auc_lost",
                losing["missing"]["auc_lost"],
                MOST_LOST,
                losing["missing"]["auc_lost"] <= MOST_LOST,
                _(
                    "AUC that goes with one missing input, most with {input}: the"
                    " others must carry the ranking when a source fails.",
                    input=alike(losing["feature"]),
                ),
                MEASURED,
            ),
        ]
    table = Table(names, [_row(one) for one in inputs[:SHOWN]])
    return Chapter("sensitivity", title, lines, [table], tests)


def _row(one: Mapping[str, Any]) -> list[Labels]:
    missing = one["missing"]
    return [
        alike(one["feature"]),
        figure(missing["change"], "+.4f"),
        figure(missing["moved"], ".4f"),
        figure(missing["turned"], ".1%"),
        figure(missing["auc_lost"], "+.4f"),
        *(
            figure(one[way]["change"], "+.4f") if way in one else alike("-")
            for way in ("up", "down")
        ),
    ]


def explanations(evidence: Evidence) -> Chapter:
    """Does taking a reason away move the score as was said?"""
    title, gate = _("Explanations"), of_gates(evidence.gates, ("reasons_lower_risk",))
    lines = [
        _(
            "An applicant is told up to four reasons, each the exact share of a group"
            " of features in the score, against borderline clients. A reason is true"
            " when the score moves as was said once the reason is taken away: its"
            " features get the values of a typical borderline client, all else stays."
        )
    ]
    if evidence.measured is None:
        return Chapter("explanations", title, lines, (), gate, [_earlier(title)])
    found = evidence.measured["faithfulness"]
    lines.append(
        _(
            "Tried on {clients} clients, on every group. Said: mean size of what was"
            " said, in log-odds; found: of what the score moved; same side: share of"
            " clients whose score moved to the side that was said. What is said is"
            " against the mean of borderline clients, what is put in is typical of"
            " them: a reason that says little may lie between both.",
            clients=figure(found["clients"], ",d"),
        )
    )
    names = (_("reason"), _("said"), _("found"), _("correlation"), _("same side"))
    rows = [
        [
            evidence.group(one["group"]),
            figure(one["said"], ".4f"),
            figure(one["moved"], ".4f"),
            _number(one["correlation"], ".3f"),
            _number(one["same_side"], ".1%"),
        ]
        for one in sorted(found["groups"], key=lambda one: -float(one["said"]))
    ]
    tests = [
        *gate,
        Test(
            "told_reasons_same_side",
            found["told"],
            LEAST_SAME_SIDE,
            None if found["told"] is None else found["told"] >= LEAST_SAME_SIDE,
            _(
                "Share of told reasons whose removal moves the risk to the side that"
                " was said."
            ),
            MEASURED,
        ),
        Test(
            "reasons_correlation",
            found["correlation"],
            LEAST_CORRELATION,
            None
            if found["correlation"] is None
            else found["correlation"] >= LEAST_CORRELATION,
            _(
                "Correlation of what is said of a reason with what its removal does,"
                " over all clients and reasons."
            ),
            MEASURED,
        ),
    ]
    return Chapter("explanations", title, lines, [Table(names, rows)], tests)


def behaviour(evidence: Evidence) -> Chapter:
    """What must move the answer, and what must not."""
    names = ("direction_of_external_scores", "row_order", "left_out_columns")
    line = _(
        "Applications are changed before the features are made, by the SQL that"
        " serves, so that all that follows from a column moves with it."
    )
    return Chapter(
        "behaviour",
        _("Behaviour"),
        [line],
        tests=of_gates(evidence.gates, names),
    )


def _earlier(title: Labels) -> Gap:
    what = _("{title}: not measured, as the run is of an earlier release.", title=title)
    return Gap(what, _("Train again."))


def _number(value: float | None, form: str) -> Labels:
    return alike("-") if value is None else figure(value, form)
