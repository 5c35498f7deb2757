"""The model: what weighs in it, where its limit is, how good and how fair it is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from api_client.answers import CalibrationCurve, Importance, ModelAnswer
from api_client.cache import current_model, importance_of, model_card_of
from api_client.errors import ApiError, NotFound
from api_client.meaning import in_words
from charts import model as model_charts
from charts.axes import Table
from components import markup, say
from components.error_panel import show_error
from components.layout import card, chart
from components.model.points import show_points
from session.language import _, code
from texts import model as model_words
from texts.formats import decimal, moment, percent, whole
from texts.metrics import candidate_row, measure_rows, measure_titles, per

SHOWN, SWARM = 20, 12


def show() -> None:
    say.title(_("Model"))
    model = current_model()
    _headline(model)
    left, weights = st.columns(2, gap="small")
    with left:
        with card("limit"):
            _limit(model)
        with card("calibration"):
            _calibration(model.metrics.calibration_curve)
    with weights, card("importance"):
        _importance(model)
    show_points(model)
    with card("fairness"):
        _fairness(model)
    with card("measures"):
        _measures(model)
    with card("about"):
        _about(model)


def _headline(model: ModelAnswer) -> None:
    figures = [
        (_("Limit on the risk of default"), percent(model.threshold)),
        (_("Learnt from"), _("{number} clients", number=whole(model.data.clients))),
        (_("Of whom defaulted"), percent(model.data.default_rate)),
    ]
    score = model.metrics.cv.business_score
    if score is not None:
        figures.append((_("Cost {per}", per=per(model)), decimal(score, 3)))
    say.text(
        _(
            "The model estimates for each client the risk of default: that they will "
            "have serious trouble repaying. It advises; people decide."
        )
    )
    with st.container(key="headline"):
        columns = st.columns(len(figures))
        for column, (label, value) in zip(columns, figures, strict=True):
            with column:
                say.metric(label, value)


def _limit(model: ModelAnswer) -> None:
    st.html(markup.heading(_("The limit and what it costs")))
    say.text(model_words.costs_text(model))
    curve = model.metrics.cost_curve
    sentence = model_words.cost_curve_text(curve, model)
    if not curve or not curve.threshold:
        say.caption(sentence)
        return
    rows = [
        [percent(limit, 2), decimal(score, 4)]
        for limit, score in zip(curve.threshold, curve.business_score, strict=True)
    ]
    chart(
        model_charts.cost_curve(curve, model),
        "cost_curve",
        sentence,
        lambda: ([_("Limit"), _("Cost {per}", per=per(model))], rows),
    )


def _importance(model: ModelAnswer) -> None:
    st.html(markup.heading(_("What weighs in the model")))
    by_group, by_fact, swarm = _("Kinds of facts"), _("Facts"), _("Client by client")
    chosen = st.segmented_control(
        _("Weights by"),
        [by_group, by_fact, swarm],
        default=by_group,
        required=True,
        key="importance_by",
        label_visibility="collapsed",
    )
    importance = importance_of(model)
    if chosen == swarm:
        _beeswarm(importance, model)
    elif chosen == by_fact:
        features = importance.features
        names = [model.describe(feature.feature).label for feature in features]
        _weights(names, [feature.mean_absolute for feature in features])
    else:
        names = [model.group_label(group.group) for group in importance.groups]
        _weights(names, [group.mean_absolute for group in importance.groups])


def _weights(names: Sequence[str], weights: Sequence[float]) -> None:
    total = sum(weights) or 1.0
    shares = [weight / total for weight in weights]
    rows = [
        [name, percent(share, 2)] for name, share in zip(names, shares, strict=True)
    ]
    chart(
        model_charts.importance(names[:SHOWN], shares[:SHOWN]),
        "importance",
        model_words.importance_text(names, shares),
        lambda: ([_("Fact"), _("Share")], rows),
    )


def _beeswarm(importance: Importance, model: ModelAnswer) -> None:
    swarm = importance.beeswarm
    names = [model.describe(name).label for name in swarm.features[:SWARM]]
    if not names:
        say.caption(_("The model came without its clients' points."))
        return
    chart(
        model_charts.beeswarm(names, swarm),
        "beeswarm",
        model_words.beeswarm_text(names),
        lambda: _spread(names, importance),
    )


def _spread(names: Sequence[str], importance: Importance) -> Table:
    rows = []
    for i, name in enumerate(names):
        moves = sorted(client[i] for client in importance.beeswarm.contributions)
        middle = moves[len(moves) // 2]
        rows.append(
            [name, *(decimal(move, 3) for move in (moves[0], middle, moves[-1]))]
        )
    headers = [_("Fact"), _("Lowers most"), _("Middle client"), _("Raises most")]
    return headers, rows


def _calibration(curve: CalibrationCurve | None) -> None:
    st.html(markup.heading(_("Is the risk it states true?")))
    if curve is None:
        say.caption(_("This model came without that check."))
        return
    rows = [
        [percent(stated), percent(observed), whole(clients)]
        for stated, observed, clients in zip(
            curve.predicted, curve.observed, curve.clients, strict=True
        )
    ]
    headers = [_("Risk stated"), _("Share that defaulted"), _("Clients")]
    chart(
        model_charts.calibration(curve),
        "calibration",
        model_words.calibration_text(curve),
        lambda: (headers, rows),
    )


def _fairness(model: ModelAnswer) -> None:
    st.html(markup.heading(_("Does it treat people alike?")))
    audited = model.metrics.fairness
    if not audited:
        say.caption(_("This model came without that check."))
        return
    headers = [
        _("Group"),
        _("Clients"),
        _("Defaulted"),
        _("Granted"),
        _("Granted, of those who repay"),
    ]
    columns = st.columns(len(audited), gap="medium")
    for column, fairness in zip(columns, audited, strict=True):
        rows = [
            [
                model_words.group_text(group.group, model.column(fairness.attribute)),
                whole(group.clients),
                percent(group.default_rate),
                percent(group.approval_rate),
                percent(group.good_approval_rate),
            ]
            for group in fairness.groups
        ]
        label = in_words(fairness.label, fairness.attribute)
        with column:
            st.html(markup.heading(label, 3))
            st.html(markup.table(headers, rows, label))
            say.caption(model_words.fairness_text(fairness))


def _measures(model: ModelAnswer) -> None:
    st.html(markup.heading(_("How good it is")))
    say.caption(
        _("Measured by cross-validation: always on clients the model had not seen.")
    )
    headers = [_("Measure"), _("Value"), _("Meaning")]
    st.html(markup.table(headers, measure_rows(model)))
    with st.expander(_("Which models were compared"), key="candidates"):
        say.caption(_("All on the same clients; the lowest cost wins."))
        rows = [candidate_row(candidate) for candidate in model.metrics.candidates]
        titles = [_("Model"), *measure_titles(model)]
        st.html(markup.table(titles, rows))


def _about(model: ModelAnswer) -> None:
    rows = [
        (_("Name"), model.name),
        (_("Version"), model.version),
        (_("Made on"), moment(model.created_at)),
        (_("MLflow run"), model.mlflow_run_id or _("not given")),
        (_("Fingerprint (SHA-256)"), model.bundle_sha256),
    ]
    st.html(markup.heading(_("Where this model comes from")))
    st.html(markup.table([_("Item"), _("Value")], rows))
    opened = st.expander(_("The model card"), key="card", on_change="rerun")
    if opened.open:
        with opened:
            _card(model)


def _card(model: ModelAnswer) -> None:
    try:
        with st.spinner(_("Fetching…")):
            text = model_card_of(model, code())
    except NotFound:
        say.caption(_("This model came without a card."))
    except ApiError as error:
        show_error(error, "card_again")
    else:
        say.written(text)


if __name__ == "__main__":
    show()
