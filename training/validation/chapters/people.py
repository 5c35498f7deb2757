"""Whom it treats how, what people make of it, and what it must not be trusted with."""

from __future__ import annotations

from training.bundle.card import evenness, groups, limits
from training.language import Labels, _, alike, figure, joined
from training.validation.document import Chapter, Gap, Table, Test, of_gates
from training.validation.evidence import Evidence

FAIRNESS = (
    "four_fifths_gender",
    "equal_opportunity_gender",
    "four_fifths_older_applicants",
    "four_fifths_age",
    "equal_opportunity_age",
)
# Of reviews: below, nobody looks; above, nobody trusts the model.
FEWEST, MOST = 0.01, 0.25


def limits_chapter(evidence: Evidence) -> Chapter:
    """What it must not be trusted with."""
    return Chapter("limits", _("Limits"), limits(evidence.manifest))


def fairness(evidence: Evidence) -> Chapter:
    """Are decisions even between groups?"""
    lines, tables = [_("Decisions at the threshold, out of fold.")], []
    audited = evidence.metrics["fairness"]
    for attribute in audited:
        names, rows = groups(evidence.manifest, attribute)
        tables.append(Table((attribute["label"], *names[1:]), rows))
        lines.append(joined([attribute["label"], evenness(attribute)], " - "))
    gaps = []
    if not audited:
        gaps.append(
            Gap(
                _("No group can be compared: no protected column is declared."),
                _("Declare gender, birth and family status for the audit alone."),
            )
        )
    return Chapter(
        "fairness",
        _("Fairness"),
        [plain(line) for line in lines],
        tables,
        of_gates(evidence.gates, FAIRNESS),
        gaps,
    )


def plain(line: Labels) -> Labels:
    """Without what only Markdown needs."""
    return {language: text.replace("**", "") for language, text in line.items()}


def overrides(evidence: Evidence) -> Chapter:
    """Do people decide otherwise, and how often?"""
    found, title = evidence.overrides, _("Overrides")
    if found is None:
        gap = Gap(
            _(
                "How often people decide otherwise than was proposed is not known: no"
                " events were given."
            ),
            _("Run validate --events with the API's address or a file of events."),
        )
        return Chapter("overrides", title, gaps=[gap])
    lines = [
        _(
            "Of {decisions} decisions ({bundles} bundles, {source}) {reviewed} were"
            " reviewed by {reviewers} people; {overridden} were decided otherwise than"
            " the model did, {granted} of them granted where it refused.",
            decisions=figure(found.decisions, ",d"),
            bundles=found.bundles,
            source=alike(found.source),
            reviewed=figure(found.reviewed, ",d"),
            reviewers=found.reviewers,
            overridden=figure(found.overridden, ",d"),
            granted=figure(found.granted, ",d"),
        )
    ]
    if found.rate is None:
        gap = Gap(
            _("No decision was reviewed by a person so far."),
            _("Validate again once officers have worked with the model."),
        )
        return Chapter("overrides", title, lines, gaps=[gap])
    limit = FEWEST if found.rate < FEWEST else MOST
    test = Test(
        "override_rate",
        found.rate,
        limit,
        FEWEST <= found.rate <= MOST,
        _(
            "Share of reviews that decide otherwise: below {fewest} nobody seems to"
            " look, above {most} nobody seems to trust the model.",
            fewest=figure(FEWEST, ".0%"),
            most=figure(MOST, ".0%"),
        ),
        "GET /v1/events",
    )
    return Chapter("overrides", title, lines, tests=[test])
