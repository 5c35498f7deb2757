"""This client beside the others: similar clients, any fact, two facts at once."""

from __future__ import annotations

import streamlit as st

from api_client.answers import Distribution, ModelAnswer, Scatter, SimilarClients
from api_client.cache import (
    OpenedClient,
    current_model,
    distribution_of,
    importance_of,
    scatter_of,
    similar_to,
)
from api_client.errors import ApiError, NotFound, Refused
from api_client.meaning import Descriptor
from charts import comparison
from components import markup, say
from components.client.client_picker import chosen_client
from components.client.next_steps import next_steps, recall
from components.error_panel import show_error
from components.layout import card, chart
from session.language import _
from texts.client import comparison as comparison_words
from texts.formats import percent, value_text

MOST_COMPARED = 12


def show() -> None:
    opened = chosen_client(_("Compare client"))
    if not opened:
        return
    model = current_model()
    if not recall(opened, model):
        return
    with card("similar"):
        _similar(opened, model)
    left, right = st.columns(2, gap="small")
    with left, card("distribution"):
        _one_fact(opened, model)
    with right, card("scatter"):
        _two_facts(opened, model)
    next_steps(opened.prediction, "compare")


def _similar(opened: OpenedClient, model: ModelAnswer) -> None:
    st.html(markup.heading(_("Clients like this one")))
    try:
        similar = similar_to(opened)
    except ApiError as error:
        show_error(error, "similar_again")
        return
    risk, rate, everyone = st.columns(3)
    with risk:
        say.metric(_("This client's risk"), percent(opened.prediction.probability))
    with rate:
        say.metric(
            _("Similar clients who defaulted"), percent(similar.observed_default_rate)
        )
    with everyone:
        say.metric(
            _("All who defaulted"), percent(similar.population.observed_default_rate)
        )
    say.text(comparison_words.similar_text(similar))
    with st.expander(_("In what are they alike?"), key="alike"):
        st.html(markup.table(*_alike(similar, model)))


def _alike(
    similar: SimilarClients, model: ModelAnswer
) -> tuple[list[str], list[list[str]]]:
    shown = [f for f in similar.features if f.feature in similar.matched_on]
    rows = []
    for item in (shown or list(similar.features))[:MOST_COMPARED]:
        feature = model.describe(item.feature)
        rows.append(
            [
                feature.label,
                value_text(item.client, feature),
                value_text(item.median, feature),
            ]
        )
    return [_("Fact"), _("This client"), _("Typical of similar clients")], rows


def _one_fact(opened: OpenedClient, model: ModelAnswer) -> None:
    st.html(markup.heading(_("One fact")))
    name = _pick(_("Fact"), "fact", 0, model)
    try:
        with st.spinner(_("Fetching…")):
            answer = distribution_of(name, opened)
    except NotFound:
        say.info(_("The model keeps no spread of this fact. Choose another one."))
        return
    groups = st.pills(
        _("Groups shown"),
        list(answer.counts),
        selection_mode="multi",
        default=[group for group in answer.counts if group != "all"],
        format_func=comparison.group_name,
        key="groups",
    )
    _spread(answer, tuple(groups), model.describe(name), opened)


def _spread(
    answer: Distribution,
    groups: tuple[str, ...],
    feature: Descriptor,
    opened: OpenedClient,
) -> None:
    value = next(
        item.value
        for item in opened.prediction.explanation.contributions
        if item.feature == feature.name
    )
    known = value is not None
    text = value_text(value, feature) if known else ""
    names = comparison_words.bin_names(answer, feature)
    position = text if answer.categories else value
    axis = comparison_words.scale(feature, answer.edges or ())
    chart(
        comparison.distribution(
            answer, names, groups, position if known else None, axis
        ),
        "distribution",
        comparison_words.distribution_text(answer, feature, text),
        lambda: _counted(answer, names, groups),
    )


def _counted(
    answer: Distribution, names: list[str], groups: tuple[str, ...]
) -> tuple[list[str], list[list[str]]]:
    columns = [comparison.shares(answer.counts[group]) for group in groups]
    rows = [
        [name, *(percent(column[i] / 100) for column in columns)]
        for i, name in enumerate(names)
    ]
    titles = [comparison.group_name(group) for group in groups]
    return [_("Value"), *titles], rows


def _two_facts(opened: OpenedClient, model: ModelAnswer) -> None:
    st.html(markup.heading(_("Two facts at once")))
    left, right = st.columns(2)
    with left:
        x = _pick(_("Across"), "across", 0, model, numbers_only=True)
    with right:
        y = _pick(_("Upwards"), "up", 1, model, numbers_only=True)
    try:
        with st.spinner(_("Fetching…")):
            answer = scatter_of(x, y, opened)
    except (NotFound, Refused):
        say.info(_("One of the two is not in the model's sample. Choose another one."))
        return
    first, second = model.describe(x), model.describe(y)
    across, up = (
        comparison_words.scale(feature, [point[place] for point in answer.points])
        for place, feature in enumerate((first, second))
    )
    chart(
        comparison.scatter(answer, across, up),
        "scatter",
        comparison_words.scatter_text(first, second, len(answer.points)),
        lambda: _points(answer, first, second),
    )


def _points(
    answer: Scatter, x: Descriptor, y: Descriptor
) -> tuple[list[str], list[list[str]]]:
    rows = [
        [
            value_text(point[0], x),
            value_text(point[1], y),
            comparison.group_name("defaulted" if point[2] else "repaid"),
        ]
        for point in answer.points
    ]
    return [x.label, y.label, _("Outcome")], rows


def _pick(
    label: str, key: str, index: int, model: ModelAnswer, numbers_only: bool = False
) -> str:
    """A feature, the weightiest first."""
    names = [
        weight.feature
        for weight in importance_of(model).features
        if not (numbers_only and model.describe(weight.feature).category)
    ]
    chosen = st.selectbox(
        label,
        names,
        index=min(index, len(names) - 1),
        format_func=lambda name: model.describe(name).label,
        key=key,
        persist_state="session",
    )
    return str(chosen)


if __name__ == "__main__":
    show()
