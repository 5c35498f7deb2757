"""The model: what weighs in it, where its limit is and why, how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

import charts
import markup
import words
from answers import Labels
from formats import moment, percent
from loading import current_model, importance_of
from metrics import MEASURES, candidate_row, measure_rows
from model_answers import Model, Weight

LANGUAGE = "en"
SHOWN = 20
PLOTLY = {"displayModeBar": False}
BY_GROUP, BY_FACT = "Groups of facts", f"{SHOWN} weightiest facts"


def show() -> None:
    st.title("Model")
    model = current_model()
    _headline(model)
    limit, weights = st.columns(2, gap="small")
    with limit, st.container(key="limit", border=True, height="stretch"):
        _limit(model)
    with weights, st.container(key="importance", border=True, height="stretch"):
        _importance(model)
    with st.container(key="measures", border=True):
        _measures(model)
    with st.container(key="candidates", border=True):
        _candidates(model)
    _about(model)


def _headline(model: Model) -> None:
    figures = [
        ("Limit on the risk of default", percent(model.threshold)),
        ("Learnt from", f"{model.clients:,} clients"),
        ("Of whom defaulted", percent(model.default_rate)),
    ]
    if "business_score" in model.metrics:
        score = model.metrics["business_score"]
        figures.append(("Cost per application", f"{score:.3f}"))
    with st.container(key="headline"):
        for column, (label, value) in zip(
            st.columns(len(figures)), figures, strict=True
        ):
            column.metric(label, value)


def _limit(model: Model) -> None:
    st.subheader("The limit and what it costs")
    st.write(words.costs_text(model))
    sentence = words.cost_curve_text(model.cost_curve, model)
    if model.cost_curve.thresholds:
        st.plotly_chart(
            charts.cost_curve(
                model.cost_curve, model.threshold, model.threshold_interval
            ),
            key="cost_curve",
            config=PLOTLY,
            alt=sentence,
        )
    st.caption(sentence)


def _importance(model: Model) -> None:
    st.subheader("What weighs in the model")
    chosen = st.segmented_control(
        "Weights by",
        [BY_GROUP, BY_FACT],
        default=BY_GROUP,
        required=True,
        key="importance_by",
        label_visibility="collapsed",
    )
    importance = importance_of(model)
    if chosen == BY_FACT:
        labels = {name: item.labels for name, item in model.features.items()}
        _weights(importance.features, labels)
    else:
        _weights(importance.groups, model.groups)


def _weights(weights: Sequence[Weight], labels: Mapping[str, Labels]) -> None:
    total = sum(weight.mean_absolute for weight in weights) or 1.0
    ranked = sorted(weights, key=lambda w: -w.mean_absolute)[:SHOWN]
    names = [
        labels[w.name].text(LANGUAGE) if w.name in labels else w.name for w in ranked
    ]
    shares = [weight.mean_absolute / total for weight in ranked]
    sentence = (
        f"Over all clients, “{names[0]}” moves the model most: {percent(shares[0])} "
        "of all moves (mean absolute SHAP value)."
        if names
        else "The model came without weights."
    )
    st.caption(sentence)
    st.plotly_chart(
        charts.importance(names, shares),
        key="importance_chart",
        config=PLOTLY,
        alt=sentence,
    )


def _measures(model: Model) -> None:
    st.subheader("How good it is")
    st.caption("Measured by cross-validation: always on clients it had not seen.")
    st.html(markup.table(["Measure", "Value", "Meaning"], measure_rows(model.metrics)))


def _candidates(model: Model) -> None:
    st.subheader("Which models were compared")
    st.caption("All on the same clients; the lowest business score wins.")
    rows = [candidate_row(item.name, item.metrics) for item in model.candidates]
    headers = ["Model", *(measure.title for measure in MEASURES)]
    st.html(markup.table(headers, rows))


def _about(model: Model) -> None:
    rows = [
        ("Name", model.name),
        ("Version", model.version),
        ("Made on", moment(model.created_at)),
        ("MLflow run", model.mlflow_run_id or "not given"),
        ("Bundle (SHA-256)", model.bundle_sha256),
    ]
    with st.expander("Where this model comes from"):
        st.html(markup.table(["Item", "Value"], rows))


if __name__ == "__main__":
    show()
