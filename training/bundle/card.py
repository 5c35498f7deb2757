"""The model card, written from the manifest: nothing in it is typed by hand.

Source: Mitchell et al., Model Cards for Model Reporting, 2019.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.evaluation.business_cost import Costs
from training.evaluation.fairness import AGE_WORDS
from training.gates import gate
from training.gates.stability import UNKNOWN
from training.language import SOURCE, Labels, _, alike, figure, inside, joined
from training.markdown import document, paragraph, table
from training.tables.layout import APPLICATION
from training.tables.schema import LEFT_OUT, Use

CARD = "model-card.md"
Document = Mapping[str, Any]
# The names of the columns, and the rows below them.
Rows = tuple[Sequence[Labels], list[Sequence[Labels]]]
SHOWN_FEATURES = 15
# Set by the lender for this very loan, so it carries the lender's own judgement.
PRICED = "LOAN_RATE"
# What an applicant cannot be held to.
WHY_LEFT_OUT = {
    Use.PROTECTED: _("what is protected, kept for the audit"),
    Use.OTHER_PEOPLE: _("what is known of other people"),
    Use.CIRCUMSTANCE: _("the circumstances of the application"),
}
# What somebody else than who trained may find.
VERDICTS = {
    "accepted": _("accepted"),
    "accepted-with-conditions": _("accepted with conditions"),
    "refused": _("refused, not to be used"),
}
TRIED = _(
    "Out of fold, five folds, ± one standard error; recall at each model's own"
    " threshold. The last one was chosen."
)
OVER_CHOSEN = _(
    "What each would bring over the chosen one, on the same folds and clients, with"
    " the interval that has the truth in it 95 times in 100; less of the business"
    " score is better:"
)
CHANGES = _("What each change brought, on the same folds:")
FEWER = _(
    "On fewer features, which each fold chose for itself; served are the fewest"
    " that are within one standard error of the least cost and the highest AUC:"
)
# In what a model differs from the plain one of its name; others are told as they come.
VARIANTS = {
    text[SOURCE]: text
    for text in (
        _("class weights"),
        _("under-sampling"),
        _("without logarithms"),
        _("one-hot categories"),
        _("without missing flags"),
        _("ranks"),
        _("monotone"),
    )
}


def write_model_card(
    folder: Path, manifest: Document, importance: Document, reasons: Document
) -> Labels:
    """A file for each language, the plain name for English."""
    card = model_card(manifest, importance, reasons)
    for language, text in card.items():
        name = CARD if language == SOURCE else f"model-card.{language}.md"
        (folder / name).write_text(text, encoding="utf-8")
    return card


def model_card(manifest: Document, importance: Document, reasons: Document) -> Labels:
    """The card as Markdown, of a manifest or its core, importance and reasons.json.

    It holds sums over many clients only, no client's own data.
    """
    return document(
        (
            *_heading(manifest),
            *_validation(manifest),
            *_use(manifest),
            *_data(manifest),
            *_ladder(manifest),
            *_calibration(manifest),
            *_cost(manifest),
            *_fairness(manifest),
            *_gates(manifest),
            *_explanation(importance, reasons),
            *_segments(manifest),
            *_limits(manifest),
        )
    )


def _heading(manifest: Document) -> list[Labels]:
    model = manifest.get("model")
    written = _("Written by the training run, from its numbers.")
    if not model:
        return [_("# Model card"), written]
    title = _(
        "# Model card {name}, version {version}",
        name=alike(model["name"]),
        version=alike(model["version"]),
    )
    run = _(
        "MLflow run `{run}`, {moment}.",
        run=alike(model["mlflow_run_id"]),
        moment=alike(model["created_at"]),
    )
    return [title, joined([written, run], "\n")]


def _validation(manifest: Document) -> list[Labels]:
    return [_("## Independent validation"), _listed(signed(manifest))]


def signed(manifest: Document) -> list[Labels]:
    """Who checked this very version and what they found, refusals too."""
    lines = [
        _(
            "{by}, {moment}: {verdict}{note}.",
            by=alike(one["by"]),
            moment=alike(one["signed_at"][:10]),
            verdict=VERDICTS[one["verdict"]],
            note=alike(f" ({one['note'].rstrip('.')})" if one["note"] else ""),
        )
        for one in manifest.get("validation", ())
    ]
    nobody = _("Not validated: nobody but who trained it has checked this version.")
    return lines or [nobody]


def _use(manifest: Document) -> list[Labels]:
    return [_("## Intended use"), paragraph(use(manifest))]


def use(manifest: Document) -> Labels:
    """What it is for, and what not."""
    return _(
        "Decides on consumer loans, and explains the decision to the applicant: an"
        " estimate of the probability of default, granted below {threshold} and refused"
        " from there on. A person may override each decision. Not for prices or limits,"
        " not for collection, and not for people or products unlike those of the"
        " training data.",
        threshold=figure(manifest["threshold"], ".4f"),
    )


def _data(manifest: Document) -> list[Labels]:
    data, features = manifest["data"], manifest["features"]
    sentences = [
        _(
            "{clients} past clients with a known outcome, {share} of whom defaulted."
            " Tables: {tables}. {inputs} inputs, feature set `{feature_set}`, data"
            " `{data}`.",
            clients=figure(data["clients"], ",d"),
            share=figure(data["default_rate"], ".2%"),
            tables=alike(", ".join(manifest["tables"])),
            inputs=len(features),
            feature_set=alike(manifest["feature_set"][:12]),
            data=alike(data["fingerprint"][:12]),
        )
    ]
    if data.get("known_after") is not None:
        sentences.append(
            _(
                "An outcome is known {days} days after its application.",
                days=data["known_after"],
            )
        )
    return [_("## Data"), paragraph(*sentences), paragraph(*left_out(manifest))]


def left_out(manifest: Document) -> list[Labels]:
    """What is no input as no applicant can be held to it, and what that costs."""
    inputs = {feature["name"] for feature in manifest["features"]}
    columns = manifest["tables"][APPLICATION]["columns"]
    parts = []
    for use, why in WHY_LEFT_OUT.items():
        out = [
            column["labels"]
            for column in columns
            if column.get("use") == use and column["name"] not in inputs
        ]
        names = joined(out, ", ") if out else _("none")
        parts.append(_("{why} ({columns})", why=why, columns=names))
    sentences = [
        _(
            "An applicant cannot be held to {facts}: no inputs.",
            facts=joined(parts, ", "),
        )
    ]
    for column in columns:
        if column["name"] in inputs and column.get("use") in LEFT_OUT:
            because = column["input_because"]
            why = alike(because) if because else _("by a switch of the training.")
            sentences.append(
                _("{column} is an input: {why}", column=column["labels"], why=why)
            )
    prices = manifest["metrics"].get("price_of_leaving_out") or ()
    for price in prices:
        sentences.append(
            _(
                "What leaving out {facts} changes: AUC {auc}, business score {score}.",
                facts=WHY_LEFT_OUT[price["use"]],
                auc=_difference(price["auc"]),
                score=_difference(price["business_score"]),
            )
        )
    if not prices:
        sentences.append(_("The price of that was not measured in this run."))
    return sentences


def _difference(measured: Mapping[str, float]) -> Labels:
    return _(
        "{difference} ± {error} ({without} without, {included} with)",
        difference=figure(measured["difference"], "+.4f"),
        error=figure(measured["standard_error"], ".4f"),
        without=figure(measured["without"], ".4f"),
        included=figure(measured["with"], ".4f"),
    )


def _ladder(manifest: Document) -> list[Labels]:
    shown = [_("## What was tried"), paragraph(TRIED), table(*ladder(manifest))]
    for text, (names, rows) in comparisons(manifest):
        shown += [paragraph(text), table(names, rows)]
    return [*shown, *map(paragraph, ceiling(manifest))]


def comparisons(manifest: Document) -> list[tuple[Labels, Rows]]:
    """What else was compared on the same folds, each with what it says."""
    parts = [
        (OVER_CHOSEN, rivals(manifest)),
        (CHANGES, variants(manifest)),
        (FEWER, curve(manifest)),
    ]
    return [(text, (names, rows)) for text, (names, rows) in parts if rows]


def ladder(manifest: Document) -> Rows:
    """Every model that was compared."""
    rows: list[Sequence[Labels]] = [
        (
            candidate(one.get("label", one["name"])),
            _with_error(one, "auc"),
            _with_error(one, "business_score"),
            _with_error(one, "average_precision"),
            figure(one["ks"], ".3f"),
            _with_error(one, "brier"),
            figure(one["ece"], ".4f"),
            figure(one["recall"], ".3f"),
            _number(one.get("auc_gap")),
        )
        for one in manifest["metrics"]["candidates"]
    ]
    names = (
        _("model"),
        alike("AUC"),
        _("business score"),
        alike("PR-AUC"),
        alike("KS"),
        alike("Brier"),
        alike("ECE"),
        _("recall"),
        _("train gap"),
    )
    return names, rows


def rivals(manifest: Document) -> Rows:
    """What each other family would bring over the one that was chosen."""
    rows: list[Sequence[Labels]] = [
        (
            candidate(rival["label"]),
            _with_interval(rival["auc"]),
            _with_interval(rival["business_score"]),
        )
        for rival in manifest["metrics"].get("rivals", ())
    ]
    return (_("model"), alike("AUC"), _("business score")), rows


def _with_interval(measured: Document) -> Labels:
    low, high = measured["interval"]
    return _(
        "{difference} ({low} to {high})",
        difference=figure(measured["difference"], "+.4f"),
        low=figure(low, "+.4f"),
        high=figure(high, "+.4f"),
    )


def variants(manifest: Document) -> Rows:
    """What each change of a model brought over it, those that failed included."""
    rows: list[Sequence[Labels]] = [
        (
            candidate(change["variant"]),
            candidate(change["base"]),
            _with_error(change, "business_score", "+.4f"),
            _with_error(change, "auc", "+.4f"),
            _("yes") if change["pays"] else _("no"),
        )
        for change in manifest["metrics"]["comparisons"]
    ]
    names = (_("change"), _("over"), _("business score"), alike("AUC"), _("pays"))
    return names, rows


def curve(manifest: Document) -> Rows:
    """How good the model is on its best few features."""
    rows: list[Sequence[Labels]] = [
        (
            figure(point["features"], "d"),
            _with_error(point, "auc_below_highest"),
            _with_error(point, "business_score_above_least"),
            figure(point["auc"], ".4f"),
            figure(point["business_score"], ".4f"),
        )
        for point in manifest["metrics"].get("curve") or ()
    ]
    names = (
        _("features"),
        _("AUC below the highest"),
        _("business score above the least"),
        alike("AUC"),
        _("business score"),
    )
    return names, rows


def ceiling(manifest: Document) -> list[Labels]:
    """What a blend reaches that is never served."""
    found = manifest["metrics"].get("ceiling")
    if not found:
        return []
    text = _(
        "What is left on the table: a blend of {members}, which is never served, has"
        " out of fold an AUC of {auc} ({auc_over} over the served model, 95% interval"
        " {auc_low} to {auc_high}) and a business score of {score} ({score_over},"
        " {score_low} to {score_high}).",
        members=joined([candidate(one) for one in found["members"]], "; "),
        auc=_with_error(found, "auc"),
        score=_with_error(found, "business_score"),
        **_over("auc", found["auc_over_served"]),
        **_over("score", found["business_score_over_served"]),
    )
    return [text]


def _over(name: str, measured: Document) -> dict[str, Labels]:
    low, high = measured["interval"]
    return {
        f"{name}_over": figure(measured["difference"], "+.4f"),
        f"{name}_low": figure(low, "+.4f"),
        f"{name}_high": figure(high, "+.4f"),
    }


def candidate(label: str) -> Labels:
    """A model with what it differs in, in words."""
    return joined([VARIANTS.get(one, alike(one)) for one in label.split(", ")], ", ")


def _with_error(measured: Document, name: str, form: str = ".4f") -> Labels:
    value, error = figure(measured[name], form), measured.get(f"{name}_se")
    return value if error is None else joined([value, figure(error, ".4f")], " ± ")


def _number(value: float | None) -> Labels:
    return alike("-") if value is None else figure(value, ".3f")


def _calibration(manifest: Document) -> list[Labels]:
    text = paragraph(calibrated(manifest))
    return [_("## Calibration"), text, table(*calibration(manifest))]


def calibrated(manifest: Document) -> Labels:
    fitted = manifest["calibration"]
    return _(
        "Expected calibration error {error} over bins of equal mass, after a monotone"
        " map of the margin fitted out of fold (slope {slope}, intercept {intercept}).",
        error=figure(manifest["metrics"]["cv"]["ece"], ".4f"),
        slope=figure(fitted["slope"], ".3f"),
        intercept=figure(fitted["intercept"], ".3f"),
    )


def calibration(manifest: Document) -> Rows:
    """What was predicted and what came, by bins of equal mass."""
    curve = manifest["metrics"]["calibration_curve"]
    columns = (curve["predicted"], curve["observed"], curve["clients"])
    rows: list[Sequence[Labels]] = [
        (figure(predicted, ".3f"), figure(observed, ".3f"), figure(clients, ",d"))
        for predicted, observed, clients in zip(*columns, strict=True)
    ]
    return (_("predicted"), _("observed"), _("clients")), rows


def _cost(manifest: Document) -> list[Labels]:
    return [_("## Cost and threshold"), paragraph(*costs(manifest))]


def costs(manifest: Document) -> Sequence[Labels]:
    """What wrong decisions cost, and the threshold that costs least."""
    costs, (low, high) = Costs.of_manifest(manifest), manifest["threshold_interval"]
    cv = manifest["metrics"]["cv"]
    return (
        _(
            "A default that is granted costs {default} of its credit, a good client"
            " refused {refusal} of its credit.",
            default=figure(costs.false_negative, "g"),
            refusal=figure(costs.false_positive, "g"),
        )
        if costs.by_amount
        else _(
            "A default that is granted costs {default}, a good client refused"
            " {refusal}.",
            default=figure(costs.false_negative, "g"),
            refusal=figure(costs.false_positive, "g"),
        ),
        _(
            "Business score (mean cost {per}) {score} at the threshold {threshold},"
            " which nine in ten resamples put between {low} and {high}; with true"
            " probabilities it is {break_even}. It refuses {refused} of clients and"
            " {recall} of those who default.",
            per=costs.per_labels,
            score=_with_error(cv, "business_score"),
            threshold=figure(manifest["threshold"], ".4f"),
            low=figure(low, ".4f"),
            high=figure(high, ".4f"),
            break_even=figure(costs.break_even, ".4f"),
            refused=figure(cv["refused_share"], ".1%"),
            recall=figure(cv["recall"], ".1%"),
        ),
    )


def _fairness(manifest: Document) -> list[Labels]:
    parts = [_("## Fairness"), _("Decisions at the threshold, out of fold.")]
    for attribute in manifest["metrics"]["fairness"]:
        parts.append(_("### {attribute}", attribute=attribute["label"]))
        parts += [table(*groups(manifest, attribute)), evenness(attribute)]
    return parts


def groups(manifest: Document, attribute: Document) -> Rows:
    """How the groups of an attribute fare."""
    columns = manifest["tables"][APPLICATION]["columns"]
    named = {column["name"]: column["words"] for column in columns}
    words: Mapping[str, Labels] = named.get(attribute["attribute"], AGE_WORDS)
    rows: list[Sequence[Labels]] = [
        (
            words.get(group["group"], alike(group["group"])),
            figure(group["clients"], ",d"),
            figure(group["default_rate"], ".3f"),
            figure(group["approval_rate"], ".3f"),
            figure(group["good_approval_rate"], ".3f"),
            _number(group["auc"]),
        )
        for group in attribute["groups"]
    ]
    names = (
        _("group"),
        _("clients"),
        _("default rate"),
        _("granted"),
        _("granted of repayers"),
        alike("AUC"),
    )
    return names, rows


def evenness(attribute: Document) -> Labels:
    ratio = figure(attribute["approval_ratio"], ".3f")
    return _(
        "Lowest over highest approval rate {ratio}; gap between repayers {gap}.",
        ratio=_("{ratio} - **below four fifths**", ratio=ratio)
        if attribute["approval_ratio"] < 0.8
        else ratio,
        gap=figure(attribute["equal_opportunity_gap"], ".3f"),
    )


def _gates(manifest: Document) -> list[Labels]:
    gates = [gate.gate_of(one) for one in manifest["metrics"]["gates"]]
    return [_("## Promotion gates"), gate.table(gates)]


def _explanation(importance: Document, reasons: Document) -> list[Labels]:
    of_groups = importance["permutation_of_groups"]
    labels = {reason["group"]: reason["labels"] for reason in reasons["reasons"]}
    groups = [
        (
            labels[group["group"]],
            figure(group["mean_absolute"], ".4f"),
            figure(of_groups["auc_lost"][group["group"]], ".4f"),
        )
        for group in importance["groups"]
    ]
    features = [
        (
            alike(feature["feature"]),
            figure(feature["mean_absolute"], ".4f"),
            _permuted(importance, feature),
        )
        for feature in importance["features"][:SHOWN_FEATURES]
    ]
    usual = reasons["borderline"]
    text = _(
        "Each decision is explained by exact SHAP values of the margin, summed per"
        " group into the sentences that the applicant is told. A group is told by its"
        " sum less that sum's mean among {clients} borderline clients (probability in"
        " the interval of the threshold, out of fold): these differences add up to the"
        " margin less those clients' mean margin, {margin}. Mean absolute contribution,"
        " in log-odds, and how much AUC goes when the features of a group are shuffled"
        " among clients (in sample; rank correlation of both orders {correlation}):",
        clients=figure(usual["clients"], ",d"),
        margin=figure(usual["margin"], ".4f"),
        correlation=figure(of_groups["rank_correlation"], ".2f"),
    )
    shuffled = _(
        "The features that matter most, each shuffled alone: those that say nearly the"
        " same cover for each other (rank correlation {correlation}):",
        correlation=figure(importance["permutation"]["rank_correlation"], ".2f"),
    )
    measured = (_("contribution"), _("AUC lost"))
    return [
        _("## Explanation"),
        paragraph(text),
        table((_("group"), *measured), groups),
        paragraph(shuffled),
        table((_("feature"), *measured), features),
    ]


def _permuted(importance: Document, feature: Document) -> Labels:
    lost: Mapping[str, float] = importance["permutation"]["auc_lost"]
    name = feature["feature"]
    return figure(lost[name], ".4f") if name in lost else alike("-")


def _segments(manifest: Document) -> list[Labels]:
    return [_("## Where it is better and worse"), table(*segments(manifest))]


def segments(manifest: Document) -> Rows:
    """The same measures by part of the clients."""
    rows: list[Sequence[Labels]] = [
        (
            segment["label"],
            figure(segment["clients"], ",d"),
            figure(segment["default_rate"], ".3f"),
            figure(segment["predicted_rate"], ".3f"),
            _number(segment["auc"]),
            figure(segment["business_score"], ".3f"),
        )
        for segment in manifest["metrics"]["segments"]
    ]
    names = (
        _("segment"),
        _("clients"),
        _("default rate"),
        _("predicted"),
        alike("AUC"),
        _("business score"),
    )
    return names, rows


def _limits(manifest: Document) -> list[Labels]:
    return [_("## Limits"), _listed(limits(manifest))]


def limits(manifest: Document) -> list[Labels]:
    """What it must not be trusted with."""
    metrics = manifest["metrics"]
    uneven = [
        inside(attribute["label"])
        for attribute in metrics["fairness"]
        if attribute["approval_ratio"] < 0.8
    ]
    ranked = [one for one in metrics["segments"] if one["auc"] is not None]
    weakest = min(ranked, key=lambda segment: segment["auc"], default=None)
    lines = [
        _(
            "Learned from clients who were granted a loan: how refused ones would have"
            " repaid is unknown."
        ),
        _(
            "Outcomes are of one lender and one time; drift is watched, and asks for a"
            " new campaign."
        ),
        _("A reason says what moved the estimate, not what causes default."),
    ]
    if any(feature["name"] == PRICED for feature in manifest["features"]):
        lines.append(
            _(
                "{feature}, the interest that the instalments imply, is the lender's"
                " own pricing: what it knew of the client speaks through it, and a new"
                " price list changes what it means.",
                feature=alike(PRICED),
            )
        )
    unknown = [
        found["gate"]
        for found in metrics["gates"]
        if found["reason"][SOURCE] == UNKNOWN[SOURCE]
    ]
    if unknown:
        names = alike(", ".join(unknown))
        lines.append(_("So few clients leave open: {gates}.", gates=names))
    if uneven:
        names = joined(uneven, ", ")
        lines.append(_("Approval is uneven by {names}; see fairness.", names=names))
    if weakest:
        lines.append(
            _(
                "It ranks worst in {segment} (AUC {auc}).",
                segment=weakest["label"],
                auc=figure(weakest["auc"], ".3f"),
            )
        )
    return lines


def _listed(lines: Iterable[Labels]) -> Labels:
    return joined([joined([alike("-"), line], " ") for line in lines], "\n")
