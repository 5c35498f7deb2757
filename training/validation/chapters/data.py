"""What the model is for, what it learned from, and on whom it was tried."""

from __future__ import annotations

from training.bundle.card import left_out, use
from training.language import _, alike, figure, joined
from training.tables.layout import APPLICATION
from training.validation.document import Chapter, Gap, Table, of_gates
from training.validation.evidence import Evidence

LEAKAGE = (
    "permuted_labels",
    "single_feature",
    "target_encoding",
    "identifiers",
    "outcome_columns",
    "client_numbers",
    "dated_records",
)


def target(evidence: Evidence) -> Chapter:
    """What is predicted, and what for."""
    data = evidence.manifest["data"]
    known, gaps = data.get("known_after"), []
    lines = [
        use(evidence.manifest),
        _(
            "The target is the outcome column of the training table: 1 for a default, 0"
            " for a loan repaid. {share} of {clients} clients defaulted.",
            share=figure(data["default_rate"], ".2%"),
            clients=figure(data["clients"], ",d"),
        ),
    ]
    if known is None:
        gaps.append(
            Gap(
                _("After how long an outcome counts as known is not declared."),
                _(
                    "Write the definition of default (days past due, amount, within how"
                    " many months), and declare known_after in lender.yaml."
                ),
            )
        )
    else:
        lines.append(
            _("An outcome is known {days} days after its application.", days=known)
        )
    return Chapter("target", _("Purpose and target"), lines, gaps=gaps)


def lineage(evidence: Evidence) -> Chapter:
    """Where every number comes from."""
    manifest = evidence.manifest
    model, data = manifest["model"], manifest["data"]
    unknown = _("not known")
    trainer = alike(evidence.trained_by) if evidence.trained_by else unknown
    facts = [
        (_("Version"), alike(f"{model['name']} {model['version']}")),
        (_("Registered"), alike(model["created_at"])),
        (_("MLflow run"), alike(model["mlflow_run_id"])),
        (_("Trained by"), trainer),
        (_("Code (commit)"), alike(evidence.commit) if evidence.commit else unknown),
        (_("Data (fingerprint)"), alike(data["fingerprint"])),
        (_("Feature set"), alike(manifest["feature_set"])),
        (_("Parts (SHA-256)"), alike(evidence.parts_sha256)),
        (
            _("Libraries"),
            alike(", ".join(f"{n} {v}" for n, v in manifest["libraries"].items())),
        ),
    ]
    tables = [
        (
            alike(name),
            figure(len(table["columns"]), "d"),
            figure(sum(one["table"] == name for one in manifest["features"]), "d"),
        )
        for name, table in manifest["tables"].items()
    ]
    lines = [
        _(
            "Every feature is defined once and computed by the SQL that is part of the"
            " version, in training as in service. The hashes name the data, the"
            " features and the parts: who repeats the run on the same data finds them"
            " again."
        )
    ]
    gaps = []
    if evidence.commit is None:
        gaps.append(
            Gap(
                _("The run does not say of which commit its code is."),
                _("Train from a checkout of the repository."),
            )
        )
    return Chapter(
        "lineage",
        _("Data and lineage"),
        lines,
        [
            Table((_("what"), _("is")), facts),
            Table((_("table"), _("columns"), _("inputs")), tables),
        ],
        of_gates(evidence.gates, LEAKAGE),
        gaps,
    )


def exclusions(evidence: Evidence) -> Chapter:
    """Whom and what the model does not see."""
    columns = evidence.manifest["tables"][APPLICATION]["columns"]
    protected = [one["labels"] for one in columns if one.get("protected")]
    lines = [*left_out(evidence.manifest)]
    if protected:
        lines.append(
            _(
                "Protected columns, which a rule of the lender's may read on a lawful"
                " basis alone: {columns}.",
                columns=joined(protected, ", "),
            )
        )
    lines.append(
        _(
            "Applicants who were refused have no outcome and are not in the data: the"
            " model knows them only by likeness to those who were granted."
        )
    )
    gaps = []
    if not evidence.metrics.get("price_of_leaving_out"):
        gaps.append(
            Gap(
                _("What leaving columns out costs was not measured."),
                _("Train with --budget standard or full."),
            )
        )
    return Chapter(
        "exclusions",
        _("Exclusions"),
        lines,
        tests=of_gates(evidence.gates, ("left_out_columns",)),
        gaps=gaps,
    )


def samples(evidence: Evidence) -> Chapter:
    """On whom it learned, and on whom it was tried."""
    lines = [
        _(
            "Every figure of quality is out of fold: the clients are split in five"
            " parts with equal shares of defaults, and each is judged by a model that"
            " learned from the other four. The model that serves learned from all."
        ),
        _(
            "{clients} decisions with their outcomes are kept with the run, by"
            " pseudonym; the tests below can be repeated on them.",
            clients=figure(len(evidence.decisions), ",d"),
        ),
    ]
    gaps = [
        Gap(
            _(
                "No sample of a later time: all clients are of the period that the"
                " model learned from."
            ),
            _(
                "Keep the newest applications with known outcomes out of the training,"
                " score them, and compare; then watch training monitor."
            ),
        )
    ]
    return Chapter("samples", _("Samples"), lines, gaps=gaps)
