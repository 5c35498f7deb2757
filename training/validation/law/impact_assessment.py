"""Draft of a fundamental rights impact assessment, Regulation (EU) 2024/1689, 27(1)."""

from __future__ import annotations

from training.bundle.card import evenness
from training.language import Labels, _, figure, inside, joined
from training.validation.chapters.people import FAIRNESS, plain
from training.validation.document import Point, of_gates
from training.validation.evidence import Evidence


def impact_assessment(evidence: Evidence) -> list[Point]:
    """Points (a) to (f), in their order."""
    cv, data = evidence.metrics["cv"], evidence.manifest["data"]
    return [
        Point(
            "(a)",
            _("The deployer's processes in which it is used"),
            [
                _(
                    "Decisions on applications for consumer loans: the model proposes,"
                    " the lender's rules grant, refer or refuse, a person reviews; a"
                    " letter tells the applicant the decision, the reasons and the"
                    " rights."
                )
            ],
            _("The process of this house, step by step, and who acts in each."),
        ),
        Point(
            "(b)",
            _("Period and frequency of use"),
            [
                _(
                    "{decisions} decisions are on record.",
                    decisions=figure(evidence.overrides.decisions, ",d"),
                )
            ]
            if evidence.overrides
            else (),
            _("From when to when, and for how many applications a month."),
        ),
        Point(
            "(c)",
            _("Categories of people and groups likely to be affected"),
            [
                _(
                    "Applicants for consumer loans, many with little or no credit"
                    " history. Among {clients} past clients decisions were compared by"
                    " {groups}.",
                    clients=figure(data["clients"], ",d"),
                    groups=_groups(evidence),
                )
            ],
            _(
                "Who applies here; people who live with or depend on applicants; groups"
                " on whom nothing is recorded, such as people with disabilities."
            ),
        ),
        Point(
            "(d)",
            _("Risks of harm to these people"),
            [
                _(
                    "A good client is refused: {refused} of all clients are refused at"
                    " the threshold. A loan is granted that cannot be repaid: {missed}"
                    " of those who default are granted.",
                    refused=figure(cv["refused_share"], ".1%"),
                    missed=figure(1 - cv["recall"], ".1%"),
                ),
                *_evenness(evidence),
                _(
                    "A wrong or missing value in a source counts against somebody; a"
                    " reason is misunderstood; officers follow the model without"
                    " looking."
                ),
            ],
            _("How grave and how likely each is here, and risks that are not listed."),
        ),
        Point(
            "(e)",
            _("Human oversight"),
            [
                _(
                    "Officers decide on the page “Decide” with a reason and their name;"
                    " rules refer cases to them, or ask for two; confidence says what"
                    " is borderline; overrides are watched."
                )
            ],
            _("Names or functions, training, time per case, powers to deviate."),
        ),
        Point(
            "(f)",
            _("What is done when a risk comes true; governance and complaints"),
            [
                _(
                    "Alerts say what to do first; the version before can be served"
                    " again at once; a decision is explained, reviewed and replaced on"
                    " request, and every one can be replayed."
                )
            ],
            _(
                "Who decides to stop the system; where applicants complain, and within"
                " what time they get an answer; notice to the authority (27(3))."
            ),
        ),
    ]


def _groups(evidence: Evidence) -> Labels:
    labels = [inside(one["label"]) for one in evidence.metrics["fairness"]]
    return joined(labels, ", ") if labels else _("no protected attribute")


def _evenness(evidence: Evidence) -> list[Labels]:
    lines = [
        joined([one["label"], plain(evenness(one))], " - ")
        for one in evidence.metrics["fairness"]
    ]
    failed = [
        test for test in of_gates(evidence.gates, FAIRNESS) if test.passed is False
    ]
    return [*lines, *(test.why for test in failed)]
