"""One client in one screen: the decision, why, how sure; details on demand."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from api_client.answers import (
    Contest,
    ModelAnswer,
    Note,
    Prediction,
    ReasonAnswer,
)
from api_client.cache import OpenedClient, api_is_ready, current_model, scoring_api
from charts import waterfall
from components import markup, say
from components.client.application_facts import show_application
from components.client.beside import show_beside, ways_beside
from components.client.claim import claim_bar
from components.client.client_picker import (
    chosen_client,
    nobody_is_looked_for,
    score_again_button,
)
from components.client.evidence import needed, show_on_record
from components.client.history_table import show_history
from components.client.next_steps import next_steps
from components.client.remarks import tell_contest, waiting
from components.layout import card, chart
from components.model.points import points_of
from components.work_table import page_of, show_work
from session import work_view
from session.address import CLIENT_PAGE
from session.language import _
from session.render_lock import RENDER_LOCK
from texts.cells import Link
from texts.client import decision as words
from texts.client import policy, records
from texts.client.reasons import fact_lines, reason_text
from texts.client.simulation import offered_text
from texts.client.waterfall_steps import describe, group_steps, waterfall_steps
from texts.formats import decimal, percents_apart

# Reasons shown: more of those that explain the decision than of the others.
MOST_FIRST, MOST_SECOND = 4, 3


def show() -> None:
    opened = chosen_client(_("Client"))
    if not opened:
        show_beside(CLIENT_PAGE)
        if nobody_is_looked_for():
            view = work_view.of_address()
            st.html(markup.heading(_("Work list")))
            show_work(page_of(view), view)
        return
    model = current_model()
    with ways_beside(CLIENT_PAGE), RENDER_LOCK:
        _story(opened, model)
    _on_record(opened)
    _details(opened, model)


def _story(opened: OpenedClient, model: ModelAnswer) -> None:
    decision, risk, steps = st.columns([1.15, 1, 1], gap="small")
    with decision, card("decision"):
        _decision(opened, model)
    with risk, card("probability"):
        _risk(opened, model)
    with steps:
        next_steps(opened.prediction, "client", upright=True)
    with card("reasons"):
        _reasons(opened.prediction, model)


def _decision(opened: OpenedClient, model: ModelAnswer) -> None:
    prediction, standing = opened.prediction, opened.standing
    word, meaning = policy.proposal(prediction)
    number = str(opened.client.client_id)
    if standing.reviewed:
        word = words.decision_word(standing.result)
        meaning = words.standing_text(standing)
    st.html(
        markup.verdict(word, meaning, standing.result, number)
        + markup.ticks(_("What a grant needs"), needed(opened.client))
    )
    if opened.offer is not None:
        say.text(offered_text(opened.offer))
    tell_contest(waiting(opened))
    for note in words.changed_since(standing):
        say.warning(note)
    if not api_is_ready():
        say.warning(
            _("The scoring API does not answer now: this decision is from before.")
        )
    with st.container(key="confidence"):
        earlier = standing.latest.model_changed
        st.html(markup.notes(words.confidence_notes(prediction, model, earlier)))
    st.html(
        markup.small(
            words.made_at(prediction, datetime.now(UTC)),
            _(
                "Client {client}, decision {decision}",
                client=number,
                decision=prediction.prediction_id,
            ),
        )
    )
    score_again_button(opened.client.client_id, standing)
    claim_bar(opened)


def _risk(opened: OpenedClient, model: ModelAnswer) -> None:
    """The band around the limit is of the model that serves: not of an earlier one."""
    prediction, earlier = opened.prediction, opened.standing.latest.model_changed
    band = (prediction.threshold,) * 2 if earlier else model.threshold_interval
    unsure = "" if earlier else _("Grey: too close to the limit to be sure.")
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    note = _("Limit {limit}", limit=limit)
    exact = repr(prediction.probability)
    client = str(prediction.client_id)
    sentence = words.gauge_text(prediction)
    st.html(
        markup.figure_text(_("Risk of default"), risk, note, exact, client, 2)
        + markup.gauge(
            prediction.probability,
            prediction.threshold,
            band,
            sentence,
        )
        + markup.small(
            words.frequency(prediction.probability),
            unsure,
            _("The model advises; the decision stays with you."),
        )
    )


def _reasons(prediction: Prediction, model: ModelAnswer) -> None:
    client = str(prediction.client_id)
    view = work_view.of_address()

    def lines(reason: ReasonAnswer) -> list[str | Link]:
        on_file = records.links(reason, model, client, view)
        return [*fact_lines(reason, model), *on_file]

    def block(raises: bool, most: int) -> str:
        title = _("▲ Against the loan") if raises else _("▼ In the client's favour")
        side = "raises" if raises else "lowers"
        items = [
            (reason_text(reason, model), lines(reason))
            for reason in prediction.reasons
            if reason.raises_risk == raises
        ]
        nothing = _("Nothing stands out.")
        return markup.reasons(title, items[:most], side, nothing, client)

    first = not prediction.granted
    say.caption(
        _("In the words for the client; below each, its main facts and where they are.")
    )
    st.html(
        block(first, MOST_FIRST)
        + block(not first, MOST_SECOND)
        + _rules(prediction, model)
    )


def _rules(prediction: Prediction, model: ModelAnswer) -> str:
    """What the lender's rules say, beside what the model does."""
    title, nothing = policy.rules_title(prediction.policy)
    items = policy.rule_items(prediction, model)
    return markup.reasons(title, items, "rules", nothing, str(prediction.client_id))


def _on_record(opened: OpenedClient) -> None:
    """Asked for once it is opened: most clients are looked at without."""
    record = st.expander(
        _("Declared, and evidence on record: see and add"),
        key="on_record",
        on_change="rerun",
    )
    if record.open:
        with record:
            show_on_record(opened)


def _details(opened: OpenedClient, model: ModelAnswer) -> None:
    moved, application, history = st.tabs(
        [_("What moved the risk"), _("Application"), _("History")],
        key="details",
        on_change="rerun",
    )
    if moved.open:
        with moved, card("waterfall"):
            _contributions(opened.prediction, model)
    if application.open:
        with application, st.container(key="application"):
            show_application(opened.client, model)
    if history.open:
        with history, card("history"):
            api, client = scoring_api(), opened.client.client_id
            remarks: list[Note | Contest] = [*api.notes(client), *api.contests(client)]
            show_history(api.history(client), opened.standing, remarks, model)


def _contributions(prediction: Prediction, model: ModelAnswer) -> None:
    explanation = prediction.explanation
    by_group, by_fact = _("By kind of facts"), _("Fact by fact")
    chosen = st.segmented_control(
        _("Detail"),
        [by_group, by_fact],
        default=by_group,
        required=True,
        key="waterfall_by",
        label_visibility="collapsed",
    )
    if chosen == by_fact:
        steps = waterfall_steps(explanation, model)
    else:
        steps = group_steps(explanation, model)
    say.caption(_(words.WATERFALL_HELP))
    limit, calibration = prediction.threshold, model.calibration
    with RENDER_LOCK:
        chart(
            waterfall.waterfall(steps, explanation, limit, calibration),
            "waterfall",
            words.waterfall_text(steps, explanation, model),
            lambda: _contribution_table(prediction, model),
        )


def _contribution_table(
    prediction: Prediction, model: ModelAnswer
) -> tuple[list[str], list[list[str]]]:
    rows, worth = [], points_of(prediction, model)
    for item in prediction.explanation.ranked:
        label, value = describe(item, model)
        raises = _("raises the risk") if item.contribution > 0 else _("lowers the risk")
        effect = raises if item.contribution else _("does nothing")
        group = model.group_label(model.describe(item.feature).group)
        row = [label, value, group, decimal(item.contribution, 4), effect]
        rows.append([*row, worth.get(item.feature, "")] if worth else row)
    headers = [_("Fact"), _("Value"), _("Kind"), _("Weight"), _("Effect")]
    return [*headers, _("In the table of points")] if worth else headers, rows


if __name__ == "__main__":
    show()
