"""What is said and written of a trial: tables, a report in every language, a CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from training.bundle.champion import Champion
from training.evaluation.business_cost import Costs
from training.files import replacing
from training.language import SOURCE, Labels, _, alike, figure, joined
from training.markdown import document, paragraph
from training.scoring import policy_tables
from training.scoring.policy_groups import groups, table_of
from training.scoring.policy_trial import Trial
from training.scoring.tables import Table, as_markdown, as_text, write_csv

RECOMMENDATIONS, REPORT = "recommendations.csv", "report"


def tables(trial: Trial, champion: Champion) -> list[Table]:
    """In the order in which they are read."""
    found = list(groups(table_of(champion.core), trial.columns))
    made = [
        policy_tables.summary(trial),
        policy_tables.moves(trial),
        policy_tables.cost(trial, Costs.of_manifest(champion.core)),
        policy_tables.rules(trial),
        policy_tables.overlap(trial),
        policy_tables.by_group(trial, found),
    ]
    return [table for table in made if table.rows]


def remarks(trial: Trial) -> list[Labels]:
    """What of the trial is to be known beside its tables, a sentence each."""
    told = []
    if failed := sum(trial.failed.values()):
        why = max(trial.failed, key=lambda one: trial.failed[one])
        told.append(
            _(
                "The policy could not be evaluated for {clients} clients, who are"
                " referred: {why}.",
                clients=figure(failed, ",d"),
                why=alike(why),
            )
        )
    for at, rule in enumerate(trial.rules):
        if unknown := int(trial.unknown[:, at].sum()):
            wanted = ", ".join(policy_tables.wanting(trial, rule.code))
            told.append(
                _(
                    "{code} is unknown for {clients} clients, for want of {facts}.",
                    code=alike(rule.code),
                    clients=figure(unknown, ",d"),
                    facts=alike(wanted),
                )
            )
    idle = [
        rule.code
        for at, rule in enumerate(trial.rules)
        if rule.effect != "note" and not trial.alone[:, at].any()
    ]
    if idle:
        told.append(
            _(
                "No case needs {rules}: without it, each recommendation would be the"
                " same.",
                rules=alike(", ".join(idle)),
            )
        )
    return told


def as_console(trial: Trial, made: Sequence[Table]) -> str:
    parts = [as_text(table) for table in made]
    lines = "\n".join(one[SOURCE] for one in remarks(trial))
    return "\n\n".join([*parts, *([lines] if lines else [])])


def report(trial: Trial, champion: Champion, made: Sequence[Table]) -> Labels:
    """Markdown; sums over clients only."""
    parts: list[Labels] = [
        _("# Trial of policy {version}", version=alike(trial.policy.version)),
        paragraph(
            _(
                "On {clients} clients, {brought} of them with facts from a file, by"
                " model version {model}; the policy's SHA-256 is `{sha256}`.",
                clients=figure(len(trial.keys), ",d"),
                brought=figure(trial.brought, ",d"),
                model=alike(champion.version),
                sha256=alike(trial.policy.sha256),
            ),
            _(
                "Intervals are at 95 %: Wilson's of shares and of expected default"
                " rates, a normal approximation of costs, Katz's of ratios. They count"
                " in the chance of drawing the clients and of their outcomes, not an"
                " error of the calibration. Expected defaults and cost are by"
                " calibrated probabilities. Alone: without the rule the recommendation"
                " would be another. Outcomes that tables tell are of clients whom the"
                " model may have learned from."
            ),
        ),
    ]
    if told := remarks(trial):
        lines = [joined([alike("-"), one], " ") for one in told]
        parts += [_("## To be known"), joined(lines, "\n")]
    for table in made:
        parts += [joined([alike("##"), table.title], " "), as_markdown(table)]
    return document(parts)


def write(
    folder: Path, trial: Trial, champion: Champion, made: Sequence[Table]
) -> None:
    """A CSV for each table and for the clients, and the report in every language."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in made:
        write_csv(folder / f"{table.name}.csv", table)
    write_recommendations(folder / RECOMMENDATIONS, trial)
    for language, text in report(trial, champion, made).items():
        name = f"{REPORT}.md" if language == SOURCE else f"{REPORT}.{language}.md"
        (folder / name).write_text(text, encoding="utf-8")


def write_recommendations(path: Path, trial: Trial) -> None:
    """A line per client; codes of rules with spaces between, as none has any."""
    codes = [rule.code for rule in trial.rules]
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(
            ("client", "probability", "decision", "before", "recommendation")
            + ("complete", "fired", "unknown")
        )
        rows = zip(
            trial.keys,
            trial.probability.tolist(),
            trial.decision,
            trial.before,
            trial.after,
            trial.complete,
            trial.fired,
            trial.unknown,
            strict=True,
        )
        for *told, fired, unknown in rows:
            named = (
                " ".join(code for code, yes in zip(codes, states, strict=True) if yes)
                for states in (fired, unknown)
            )
            writer.writerow([*told, *named])
