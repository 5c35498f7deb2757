"""How the model was made, and what else was tried."""

from __future__ import annotations

from training.bundle.card import TRIED, candidate, ceiling, comparisons, ladder
from training.language import _, alike
from training.validation.document import Chapter, Gap, Table, of_gates
from training.validation.evidence import Evidence

FORMS = {
    "trees": _("gradient-boosted trees (LightGBM)"),
    "scorecard": _("a scorecard of points"),
}
# How each form is chosen, and becomes a probability.
MADE = {
    "trees": (
        _(
            "It was chosen by business score, the mean cost of its decisions, out of"
            " fold; AUC stands beside it. The rivals are in the next chapter."
        ),
        _("Its margin becomes a probability by a monotone map fitted out of fold."),
    ),
    "scorecard": (
        _(
            "This form was asked for; what the other ones would bring over it is in the"
            " next chapter."
        ),
        _("Its points are calibrated: they say the log-odds of default as they are."),
    ),
}
RIVALS = (
    "better_than_dummy",
    "no_worse_than_logistic_regression",
    "auc_ceiling",
    "cost_of_champion",
)


def method(evidence: Evidence) -> Chapter:
    """What it is, and how it was chosen."""
    manifest = evidence.manifest
    form = manifest.get("form", "trees")
    chosen = manifest["metrics"]["candidates"][-1]
    lines = [
        _(
            "The model is {form}, with {inputs} inputs. Campaign: budget {budget}.",
            form=FORMS.get(form, alike(form)),
            inputs=len(manifest["features"]),
            budget=alike(evidence.parameters.get("budget", "-")),
        ),
        *MADE.get(form, ()),
        _("What was chosen: {candidate}.", candidate=candidate(chosen["label"])),
        _("The threshold is the one whose decisions cost least, out of fold."),
    ]
    gaps = []
    if evidence.parameters.get("budget") == "quick":
        gaps.append(
            Gap(
                _(
                    "The parameters were not searched: budget quick keeps the"
                    " defaults, and tries no variants."
                ),
                _("Train with --budget standard or full."),
            )
        )
    return Chapter("method", _("Method"), lines, gaps=gaps)


def rivals(evidence: Evidence) -> Chapter:
    """What else was tried, and how much a better model could bring."""
    compared = comparisons(evidence.manifest)
    parts = [(TRIED, ladder(evidence.manifest)), *compared]
    lines, gaps = ceiling(evidence.manifest), []
    if not lines:
        gaps.append(
            Gap(
                _(
                    "How much a better model could bring is not known: no ceiling was"
                    " measured."
                ),
                _("Install the extra ceiling, and train with --budget full."),
            )
        )
    return Chapter(
        "rivals",
        _("Rivals and ceiling"),
        lines,
        [Table(names, rows, text) for text, (names, rows) in parts],
        of_gates(evidence.gates, RIVALS),
        gaps,
    )
