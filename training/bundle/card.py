"""The model card, written from the manifest: nothing in it is typed by hand.

Source: Mitchell et al., Model Cards for Model Reporting, 2019.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from training.evaluation.business_cost import Costs
from training.gates.gate import gate_of, table
from training.language import SOURCE
from training.tables.layout import APPLICATION
from training.tables.schema import LEFT_OUT, Use

CARD = "model-card.md"
Document = Mapping[str, Any]
SHOWN_FEATURES = 15
# Set by the lender for this very loan, so it carries the lender's own judgement.
PRICED = "LOAN_RATE"
# What an applicant cannot be held to.
WHY_LEFT_OUT = {
    Use.PROTECTED: "what is protected, kept for the audit",
    Use.OTHER_PEOPLE: "what is known of other people",
    Use.CIRCUMSTANCE: "the circumstances of the application",
}


def model_card(manifest: Document, importance: Document, reasons: Document) -> str:
    """The card as Markdown, of a manifest or its core, importance and reasons.json.

    It holds sums over many clients only, no client's own data.
    """
    sections = (
        _heading(manifest),
        _use(manifest),
        _data(manifest),
        _ladder(manifest),
        _calibration(manifest),
        _cost(manifest),
        _fairness(manifest),
        _gates(manifest),
        _explanation(importance, reasons),
        _segments(manifest),
        _limits(manifest),
    )
    return "\n\n".join(sections) + "\n"


def _heading(manifest: Document) -> str:
    model = manifest.get("model")
    which = f" {model['name']}, version {model['version']}" if model else ""
    lines = [
        f"# Model card{which}",
        "",
        "Written by the training run, from its numbers.",
    ]
    if model:
        lines.append(f"MLflow run `{model['mlflow_run_id']}`, {model['created_at']}.")
    return "\n".join(lines)


def _use(manifest: Document) -> str:
    text = f"""Decides on consumer loans, and explains the decision to the applicant: an
        estimate of the probability of default, granted below
        {manifest["threshold"]:.4f} and refused from there on. A person may override
        each decision. Not for prices or limits, not for collection, and not for people
        or products unlike those of the training data."""
    return f"## Intended use\n\n{_paragraph(text)}"


def _data(manifest: Document) -> str:
    data, features = manifest["data"], manifest["features"]
    text = f"""{data["clients"]:,} past clients with a known outcome,
        {data["default_rate"]:.2%} of whom defaulted. Tables:
        {", ".join(manifest["tables"])}. {len(features)} inputs, feature set
        `{manifest["feature_set"][:12]}`, data `{data["fingerprint"][:12]}`."""
    if data.get("known_after") is not None:
        text += (
            f" An outcome is known {data['known_after']} days after its application."
        )
    left_out = _paragraph(_left_out(manifest))
    return f"## Data\n\n{_paragraph(text)}\n\n{left_out}"


def _left_out(manifest: Document) -> str:
    inputs = {feature["name"] for feature in manifest["features"]}
    columns = manifest["tables"][APPLICATION]["columns"]
    parts = []
    for use, why in WHY_LEFT_OUT.items():
        uses = [one for one in columns if one.get("use") == use]
        out = [one["labels"][SOURCE] for one in uses if one["name"] not in inputs]
        parts.append(f"{why} ({', '.join(out) or 'none'})")
    text = f"An applicant cannot be held to {', '.join(parts)}: no inputs."
    for one in columns:
        if one["name"] in inputs and one.get("use") in LEFT_OUT:
            because = one["input_because"] or "by a switch of the training."
            text += f" {one['labels'][SOURCE]} is an input: {because}"
    prices = manifest["metrics"].get("price_of_leaving_out") or ()
    for price in prices:
        text += (
            f" What leaving out {WHY_LEFT_OUT[price['use']]} changes:"
            f" AUC {_difference(price['auc'])}, business score"
            f" {_difference(price['business_score'])}."
        )
    return text if prices else f"{text} The price of that was not measured in this run."


def _difference(measured: Mapping[str, float]) -> str:
    return (
        f"{measured['difference']:+.4f} ± {measured['standard_error']:.4f}"
        f" ({measured['without']:.4f} without, {measured['with']:.4f} with)"
    )


def _ladder(manifest: Document) -> str:
    rows = [
        (
            candidate.get("label", candidate["name"]),
            _with_error(candidate, "auc"),
            _with_error(candidate, "business_score"),
            _with_error(candidate, "average_precision"),
            f"{candidate['ks']:.3f}",
            _with_error(candidate, "brier"),
            f"{candidate['ece']:.4f}",
            f"{candidate['recall']:.3f}",
            _number(candidate.get("auc_gap")),
        )
        for candidate in manifest["metrics"]["candidates"]
    ]
    names = ("model", "AUC", "business score", "PR-AUC", "KS", "Brier", "ECE")
    text = """Out of fold, five folds, ± one standard error; recall at each model's own
        threshold. The last one was chosen."""
    parts = [
        "## What was tried",
        _paragraph(text),
        _table((*names, "recall", "train gap"), rows),
    ]
    return "\n\n".join([*parts, *_variants(manifest)])


def _variants(manifest: Document) -> list[str]:
    """What each change of a model brought over it, those that failed included."""
    rows = [
        (
            change["variant"],
            change["base"],
            f"{change['business_score']:+.4f} ± {change['business_score_se']:.4f}",
            f"{change['auc']:+.4f} ± {change['auc_se']:.4f}",
            "yes" if change["pays"] else "no",
        )
        for change in manifest["metrics"]["comparisons"]
    ]
    if not rows:
        return []
    return [
        "What each change brought, on the same folds:",
        _table(("change", "over", "business score", "AUC", "pays"), rows),
    ]


def _with_error(candidate: Document, name: str) -> str:
    error = candidate.get(f"{name}_se")
    return f"{candidate[name]:.4f}" + (f" ± {error:.4f}" if error is not None else "")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _calibration(manifest: Document) -> str:
    curve, fitted = manifest["metrics"]["calibration_curve"], manifest["calibration"]
    columns = (curve["predicted"], curve["observed"], curve["clients"])
    rows = [
        (f"{predicted:.3f}", f"{observed:.3f}", f"{clients:,}")
        for predicted, observed, clients in zip(*columns, strict=True)
    ]
    text = f"""Expected calibration error {manifest["metrics"]["cv"]["ece"]:.4f} over
        bins of equal mass, after a monotone map of the margin fitted out of fold (slope
        {fitted["slope"]:.3f}, intercept {fitted["intercept"]:.3f})."""
    curve = _table(("predicted", "observed", "clients"), rows)
    return f"## Calibration\n\n{_paragraph(text)}\n\n{curve}"


def _cost(manifest: Document) -> str:
    costs, (low, high) = Costs.of_manifest(manifest), manifest["threshold_interval"]
    cv = manifest["metrics"]["cv"]
    unit = " of its credit" if costs.by_amount else ""
    text = f"""A default that is granted costs {costs.false_negative:g}{unit}, a good
        client refused {costs.false_positive:g}{unit}. Business score (mean cost
        {costs.per})
        {_with_error(cv, "business_score")} at the threshold
        {manifest["threshold"]:.4f}, which nine in ten resamples put between {low:.4f}
        and {high:.4f}; with true probabilities it is
        {costs.break_even:.4f}. It refuses
        {cv["refused_share"]:.1%} of clients and {cv["recall"]:.1%} of those who
        default."""
    return f"## Cost and threshold\n\n{_paragraph(text)}"


def _fairness(manifest: Document) -> str:
    parts = ["## Fairness", "", "Decisions at the threshold, out of fold."]
    for attribute in manifest["metrics"]["fairness"]:
        parts += ["", f"### {attribute['label']['en']}", "", _audited(attribute)]
    return "\n".join(parts)


def _audited(attribute: Document) -> str:
    rows = [
        (
            group["group"],
            f"{group['clients']:,}",
            f"{group['default_rate']:.3f}",
            f"{group['approval_rate']:.3f}",
            f"{group['good_approval_rate']:.3f}",
            _number(group["auc"]),
        )
        for group in attribute["groups"]
    ]
    ratio = attribute["approval_ratio"]
    short = " - **below four fifths**" if ratio < 0.8 else ""
    names = ("group", "clients", "default rate", "granted", "granted of repayers")
    return (
        f"{_table((*names, 'AUC'), rows)}\n\nLowest over highest approval rate"
        f" {ratio:.3f}{short}; gap between repayers"
        f" {attribute['equal_opportunity_gap']:.3f}."
    )


def _gates(manifest: Document) -> str:
    gates = [gate_of(gate) for gate in manifest["metrics"]["gates"]]
    return f"## Promotion gates\n\n{table(gates)}"


def _explanation(importance: Document, reasons: Document) -> str:
    of_groups = importance["permutation_of_groups"]
    labels = {one["group"]: one["labels"][SOURCE] for one in reasons["reasons"]}
    groups = [
        (
            labels[group["group"]],
            f"{group['mean_absolute']:.4f}",
            f"{of_groups['auc_lost'][group['group']]:.4f}",
        )
        for group in importance["groups"]
    ]
    features = [
        (
            feature["feature"],
            f"{feature['mean_absolute']:.4f}",
            _permuted(importance, feature),
        )
        for feature in importance["features"][:SHOWN_FEATURES]
    ]
    usual = reasons["borderline"]
    text = f"""Each decision is explained by exact SHAP values of the margin, summed per
        group into the sentences that the applicant is told. A group is told by its sum
        less that sum's mean among {usual["clients"]:,} borderline clients (probability
        in the interval of the threshold, out of fold): these differences add up to the
        margin less those clients' mean margin, {usual["margin"]:.4f}. Mean absolute
        contribution, in log-odds, and how much AUC goes when the features of a group
        are shuffled among clients (in sample; rank correlation of both orders
        {of_groups["rank_correlation"]:.2f}):"""
    shuffled = f"""The features that matter most, each shuffled alone: those that say
        nearly the same cover for each other (rank correlation
        {importance["permutation"]["rank_correlation"]:.2f}):"""
    parts = (
        "## Explanation",
        _paragraph(text),
        _table(("group", "contribution", "AUC lost"), groups),
        _paragraph(shuffled),
        _table(("feature", "contribution", "AUC lost"), features),
    )
    return "\n\n".join(parts)


def _permuted(importance: Document, feature: Document) -> str:
    lost: Mapping[str, float] = importance["permutation"]["auc_lost"]
    return f"{lost[feature['feature']]:.4f}" if feature["feature"] in lost else "-"


def _segments(manifest: Document) -> str:
    rows = [
        (
            segment["segment"],
            f"{segment['clients']:,}",
            f"{segment['default_rate']:.3f}",
            f"{segment['predicted_rate']:.3f}",
            _number(segment["auc"]),
            f"{segment['business_score']:.3f}",
        )
        for segment in manifest["metrics"]["segments"]
    ]
    names = ("segment", "clients", "default rate", "predicted", "AUC", "business score")
    return f"## Where it is better and worse\n\n{_table(names, rows)}"


def _limits(manifest: Document) -> str:
    uneven = [
        attribute["label"]["en"].lower()
        for attribute in manifest["metrics"]["fairness"]
        if attribute["approval_ratio"] < 0.8
    ]
    ranked = [
        segment
        for segment in manifest["metrics"]["segments"]
        if segment["auc"] is not None
    ]
    weakest = min(ranked, key=lambda segment: segment["auc"], default=None)
    lines = [
        "Learned from clients who were granted a loan: how refused ones would have"
        " repaid is unknown.",
        "Outcomes are of one lender and one time; drift is watched, and asks for a new"
        " campaign.",
        "A reason says what moved the estimate, not what causes default.",
    ]
    if any(feature["name"] == PRICED for feature in manifest["features"]):
        lines.append(
            f"{PRICED}, the interest that the instalments imply, is the lender's own"
            " pricing: what it knew of the client speaks through it, and a new price"
            " list changes what it means."
        )
    unknown = [
        gate["gate"]
        for gate in manifest["metrics"]["gates"]
        if gate["value"] is None and gate["reason"].startswith("Cannot be known")
    ]
    if unknown:
        lines.append(f"So few clients leave open: {', '.join(unknown)}.")
    if uneven:
        lines.append(f"Approval is uneven by {', '.join(uneven)}; see fairness.")
    if weakest:
        lines.append(
            f"It ranks worst in {weakest['segment']} (AUC {weakest['auc']:.3f})."
        )
    return "## Limits\n\n" + "\n".join(f"- {line}" for line in lines)


def _paragraph(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 88, break_long_words=False)


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
