"""Technical documentation by Annex IV of Regulation (EU) 2024/1689, point by point.

What each point asks is told in short; the Regulation's own words bind.
"""

from __future__ import annotations

from training.bundle.card import left_out, limits, signed
from training.language import _, alike, figure, joined
from training.validation.chapters.method import FORMS
from training.validation.document import Point
from training.validation.evidence import Evidence


def annex_iv(evidence: Evidence) -> list[Point]:
    """Every point of the list, in its order."""
    return [
        *_general(evidence),
        *_elements(evidence),
        *_in_use(evidence),
        *_the_rest(),
    ]


def _general(evidence: Evidence) -> list[Point]:
    model = evidence.manifest["model"]
    libraries = evidence.manifest["libraries"].items()
    return [
        Point(
            "1(a)",
            _("Intended purpose, provider, version and earlier versions"),
            [
                _(
                    "{name}, version {version}: estimates the probability that an"
                    " applicant for a consumer loan defaults, and proposes to grant or"
                    " to refuse. Creditworthiness of natural persons is high-risk"
                    " (Annex III, 5(b)).",
                    name=alike(model["name"]),
                    version=alike(model["version"]),
                )
            ],
            _("Name and address of the provider; which version this one replaces."),
        ),
        Point(
            "1(b)",
            _("Interaction with hardware and software outside the system"),
            [
                _(
                    "Programs ask over HTTP (JSON, OpenAPI 3.1 at /openapi.json);"
                    " decisions go on by webhook or by GET /v1/decisions."
                )
            ],
            _("The loan, register and document systems that it is connected to."),
        ),
        Point(
            "1(c)",
            _("Versions of software, and what an update needs"),
            [
                _(
                    "Libraries of the training: {libraries}. Each part has a lock with"
                    " versions and hashes; an API serves a bundle only after it has"
                    " checked it.",
                    libraries=alike(", ".join(f"{n} {v}" for n, v in libraries)),
                )
            ],
        ),
        Point(
            "1(d)",
            _("Forms in which it is put into service"),
            [
                _(
                    "A service with an API and pages for officers, as container images"
                    " or Python packages; the model is a folder of hashed files."
                )
            ],
            _("Where and by whom it is operated."),
        ),
        Point(
            "1(e)",
            _("Hardware on which it runs"),
            [
                _(
                    "Ordinary servers (x86-64 or ARM64), no graphics processor; memory"
                    " and speed are in the README and docs/deployment.md."
                )
            ],
            _("The machines in use."),
        ),
        Point(
            "1(f)",
            _("Pictures, where it is a component of a product"),
            [_("It is no component of a physical product.")],
        ),
        Point(
            "1(g)",
            _("User interface for the deployer"),
            [
                _(
                    "The dashboard's pages, above all “Decide”: probability, threshold,"
                    " reasons, rules that fired, similar clients, and the review by a"
                    " person. Pictures are in docs/."
                )
            ],
        ),
        Point(
            "1(h)",
            _("Instructions for use"),
            [
                _(
                    "README, docs/integration.md and docs/operations.md; the model card"
                    " says purpose, quality and limits in each language."
                )
            ],
            _("Instructions in the officers' language, with the house's own process."),
        ),
    ]


def _elements(evidence: Evidence) -> list[Point]:
    manifest, data = evidence.manifest, evidence.manifest["data"]
    return [
        Point(
            "2(a)",
            _("Methods and steps of the development, tools of third parties"),
            [
                _(
                    "{form}, compared with rivals by the cost of its decisions, out of"
                    " fold; no pre-trained model. Chapters “Method” and “Rivals and"
                    " ceiling” of the validation file.",
                    form=FORMS.get(manifest.get("form", "trees"), alike("")),
                )
            ],
        ),
        Point(
            "2(b)",
            _("Logic, design choices, what it optimises, trade-offs"),
            [
                _(
                    "It minimises the mean cost of decisions: a default that is granted"
                    " costs {default}, a good client refused {refusal}. Output: a"
                    " calibrated probability, a decision at the threshold"
                    " {threshold}, and reasons that sum to the score.",
                    default=figure(manifest["costs"]["false_negative"], "g"),
                    refusal=figure(manifest["costs"]["false_positive"], "g"),
                    threshold=figure(manifest["threshold"], ".4f"),
                ),
                *left_out(manifest),
            ],
            _("Why these costs are the lender's; for which groups it is meant."),
        ),
        Point(
            "2(c)",
            _("Architecture and computing resources"),
            [
                _(
                    "docs/architecture.md: training, API and dashboard share data,"
                    " never code. The run in MLflow says how long each model took."
                )
            ],
        ),
        Point(
            "2(d)",
            _("Data: provenance, scope, selection, labels, cleaning"),
            [
                _(
                    "{clients} past clients, {share} of whom defaulted; tables"
                    " {tables}; fingerprint {fingerprint}. Every column is declared"
                    " with unit, bounds and meaning (docs/data-dictionary.md); what"
                    " cannot be true is refused when it is loaded.",
                    clients=figure(data["clients"], ",d"),
                    share=figure(data["default_rate"], ".2%"),
                    tables=alike(", ".join(manifest["tables"])),
                    fingerprint=alike(data["fingerprint"][:12]),
                )
            ],
            _(
                "How and when the data were collected, on which legal basis, for which"
                " products and regions; the definition of default; how well they stand"
                " for today's applicants."
            ),
        ),
        Point(
            "2(e)",
            _("Human oversight (Article 14) and how outputs are made understandable"),
            [
                _(
                    "A person may decide otherwise on every case, with a reason and"
                    " under their name, by two where a rule says so; borderline cases"
                    " are marked; overrides are counted."
                )
            ],
            _("Who oversees, with which training, time and powers."),
        ),
        Point(
            "2(f)",
            _("Changes determined in advance"),
            [
                _(
                    "None: the model does not learn in service. A new version is a new"
                    " campaign, with all its gates."
                )
            ],
        ),
        Point(
            "2(g)",
            _("Validation and testing: data, metrics, logs, signed reports"),
            [
                _(
                    "This validation file: out-of-fold tests, each with limit and"
                    " result; fairness by group; the run's records in MLflow."
                ),
                *signed(manifest),
            ],
            None
            if evidence.signatures
            else _("A validation by somebody else than who trained it, signed."),
        ),
        Point(
            "2(h)",
            _("Cybersecurity"),
            [
                _(
                    "docs/security.md: threats and what holds them; hashed bundles"
                    " without executable content, keys stored as hashes, a hash chain"
                    " of all decisions."
                )
            ],
            _("Hosting, network and access control of the house."),
        ),
    ]


def _in_use(evidence: Evidence) -> list[Point]:
    cv = evidence.metrics["cv"]
    return [
        Point(
            "3",
            _("Capabilities, limits, accuracy by group, risks, oversight, inputs"),
            [
                _(
                    "AUC {auc}, mean cost per decision {score}, calibration error"
                    " {ece}, out of fold; by segment and group in the chapters"
                    " “Discrimination” and “Fairness”.",
                    auc=figure(cv["auc"], ".4f"),
                    score=figure(cv["business_score"], ".4f"),
                    ece=figure(cv["ece"], ".4f"),
                ),
                joined(limits(evidence.manifest), " "),
            ],
            _(
                "Foreseeable misuse in this house, and unintended outcomes for people:"
                " over-indebtedness, exclusion, indirect discrimination."
            ),
        ),
        Point(
            "4",
            _("Why these metrics are appropriate"),
            [
                _(
                    "Cost, as it is what decisions bring about; AUC, as it says how"
                    " well applicants are ranked whatever the threshold; calibration,"
                    " as the probability is told and compared with costs; approval"
                    " rates by group, as people meet decisions, not scores."
                )
            ],
        ),
    ]


def _the_rest() -> list[Point]:
    return [
        Point(
            "5",
            _("Risk management system (Article 9)"),
            [
                _(
                    "Its technical part: promotion gates, monitoring with alerts that"
                    " say what to do, referral to people."
                )
            ],
            _(
                "The process over the whole life of the system: risks, who accepts"
                " them, how often it is looked at."
            ),
        ),
        Point(
            "6",
            _("Changes over its life"),
            [
                _(
                    "Every version stays in MLflow with run, gates and signatures;"
                    " CHANGELOG.md tells the software's."
                )
            ],
            _("What was changed in the house's own use of it."),
        ),
        Point(
            "7",
            _("Harmonised standards applied, or what is done instead"),
            [
                _(
                    "None is claimed. Instead: docs/regulation.md, duty by duty, and"
                    " the tests of this file."
                )
            ],
            _("Standards published since, and which of them are applied."),
        ),
        Point(
            "8",
            _("EU declaration of conformity (Article 47)"),
            (),
            _("The declaration, signed by the provider, after the assessment."),
        ),
        Point(
            "9",
            _("Post-market monitoring (Article 72), and its plan"),
            [
                _(
                    "training monitor compares what is served with what was learned:"
                    " drift, calibration and cost on outcomes, overrides;"
                    " docs/monitoring.md says what each alert means."
                )
            ],
            _("The plan: who reads it, how often, what leads to a new campaign."),
        ),
    ]
