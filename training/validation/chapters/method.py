"""How the model was made, and what else was tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from training.bundle.card import candidate, ladder, variants
from training.language import Labels, _, alike, figure
from training.validation.document import Chapter, Gap, Table, of_gates
from training.validation.evidence import Evidence

FORMS = {
    "trees": _("gradient-boosted trees (LightGBM)"),
    "scorecard": _("a scorecard of points"),
}


def method(evidence: Evidence) -> Chapter:
    """What it is, and how it was chosen."""
    manifest = evidence.manifest
    form = manifest.get("form", "trees")
    chosen = manifest["metrics"]["candidates"][-1]
    lines = [
        _(
            "The model is {form}, with {inputs} inputs. It was chosen among the rivals"
            " of the next chapter by business score, the mean cost of its decisions,"
            " out of fold; AUC stands beside it. Campaign: budget {budget}.",
            form=FORMS.get(form, alike(form)),
            inputs=len(manifest["features"]),
            budget=alike(evidence.parameters.get("budget", "-")),
        ),
        _("What was chosen: {candidate}.", candidate=candidate(chosen["label"])),
        _(
            "Its margin becomes a probability by a monotone map fitted out of fold; the"
            " threshold is the one whose decisions cost least, out of fold."
        ),
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
    names, rows = ladder(evidence.manifest)
    tables, gaps = [Table(names, rows)], []
    lines = [_("Out of fold, ± one standard error. The last one was chosen.")]
    changes = variants(evidence.manifest)
    if changes[1]:
        tables.append(Table(*changes))
    ceiling = evidence.metrics.get("ceiling")
    if ceiling:
        lines.append(
            _(
                "The ceiling, a blend that is never served, says how much AUC and cost"
                " the served model leaves on the table; differences are of the blend"
                " less the served model."
            )
        )
        rows = [(alike(name), value) for name, value in _flat(ceiling)]
        tables.append(Table((_("ceiling"), _("is")), rows))
    else:
        gaps.append(
            Gap(
                _(
                    "How much a better model could bring is not known: no ceiling was"
                    " measured."
                ),
                _("Train with --budget full where the extra ceiling is installed."),
            )
        )
    return Chapter(
        "rivals",
        _("Rivals and ceiling"),
        lines,
        tables,
        of_gates(
            evidence.gates,
            (
                "better_than_dummy",
                "no_worse_than_logistic_regression",
                "auc_ceiling",
                "cost_of_champion",
            ),
        ),
        gaps,
    )


def _flat(part: Any, name: str = "") -> Iterator[tuple[str, Labels]]:
    """Numbers and texts at any depth, by the names on the way to them."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            yield from _flat(value, f"{name} {key}".strip())
    elif isinstance(part, list):
        simple = [one for one in part if not isinstance(one, Mapping | list)]
        if simple:
            yield name, alike(", ".join(_shown(one) for one in simple))
        for one in part:
            if isinstance(one, Mapping):
                label = str(one.get("name", one.get("member", "")))
                yield from _flat(one, f"{name} {label}".strip())
    elif isinstance(part, float):
        yield name, figure(part, "+.4f" if "difference" in name else ".4f")
    elif part is not None:
        yield name, alike(str(part))


def _shown(one: object) -> str:
    return f"{one:.4f}" if isinstance(one, float) else str(one)
