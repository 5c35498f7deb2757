"""What weighs in the model: by kind of facts, by fact, client by client."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from api_client.answers import Importance, ModelAnswer
from api_client.cache import importance_of
from charts import model as model_charts
from charts.axes import Table
from components import markup, say
from components.layout import chart
from session.language import _
from texts import model as model_words
from texts.formats import decimal, percent

SHOWN, SWARM = 20, 12


def importance(model: ModelAnswer) -> None:
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
    weights = importance_of(model)
    if chosen == swarm:
        _beeswarm(weights, model)
    elif chosen == by_fact:
        features = weights.features
        names = [model.describe(feature.feature).label for feature in features]
        _weights(names, [feature.mean_absolute for feature in features])
    else:
        names = [model.group_label(group.group) for group in weights.groups]
        _weights(names, [group.mean_absolute for group in weights.groups])


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
