"""What if the loan were another one? Only what can be talked about can be moved."""

from __future__ import annotations

import streamlit as st

from api_client.answers import Counterfactual, ModelAnswer, Prediction, Simulation
from api_client.cache import OpenedClient, current_model, scoring_api, simulated
from api_client.errors import ApiError, Conflict, Refused
from api_client.meaning import ClientKey
from components import markup, say
from components.client_picker import chosen_client
from components.error_panel import details, show_error
from components.layout import card
from components.next_steps import next_steps, recall
from session.language import _
from texts import decision, simulation
from texts.formats import amount, percents_apart
from texts.loan_terms import (
    ANNUITY,
    CREDIT,
    GOODS,
    LEVERS,
    Terms,
    amounts,
    instalments,
    present_terms,
)

COUNTERFACTUAL = "way_through"


def show() -> None:
    opened = chosen_client(_("Simulate for client"))
    if not opened:
        return
    if not recall(opened, current_model()):
        return
    say.info(
        _(
            "Nothing here is a decision. Each simulation is kept on record as one, "
            "apart from decisions."
        )
    )
    _workbench(opened)
    next_steps(opened.prediction, "simulate")


@st.fragment
def _workbench(opened: OpenedClient) -> None:
    model = current_model()
    present = present_terms(opened.client, model)
    levers, result = st.columns([1, 1.6], gap="small")
    with levers, card("levers"):
        wanted = _levers(opened, present, model)
    with result, card("outcome"):
        _outcome(opened, present, wanted, model)
    with card("way"):
        _counterfactual(opened, present, model)


def _levers(opened: OpenedClient, present: Terms, model: ModelAnswer) -> Terms:
    st.html(markup.heading(_("What can be changed")))
    client = opened.client.client_id
    if present.credit is None:
        say.warning(_("The application gives no loan amount, so nothing can be moved."))
        return present
    credit = _amount(_("Loan amount"), CREDIT, present.credit, client, model)
    annuity = present.annuity
    if annuity is not None:
        annuity = _instalment(client, present.credit / annuity, annuity, credit, model)
    goods = present.goods
    if goods is not None:
        goods = _amount(_("Price of the goods"), GOODS, goods, client, model)
    st.button(
        _("Back to the application"),
        key="reset",
        icon=":material/undo:",
        on_click=_forget_levers,
        args=(client, model),
    )
    return Terms(credit, annuity, goods)


def _instalment(
    client: ClientKey, number: float, annuity: float, credit: float, model: ModelAnswer
) -> float:
    """The instalment, set itself or by how many of them pay back the loan."""
    by_amount, by_number = _("Instalment"), _("Number of instalments")
    chosen = st.segmented_control(
        _("Set the repayment by"),
        [by_amount, by_number],
        default=by_amount,
        required=True,
        key="repayment_by",
    )
    if chosen == by_amount:
        return _amount(by_amount, ANNUITY, annuity, client, model)
    counts = instalments(number)
    wanted = st.select_slider(
        by_number,
        counts,
        round(number),
        key=f"term_{client}",
        format_func=str,
        persist_state="session",
    )
    # The present instalment stays to the cent as long as nothing asks for another.
    if wanted == round(number) and credit == annuity * number:
        return annuity
    return round(credit / wanted, 2)


def _amount(
    label: str, role: str, present: float, client: ClientKey, model: ModelAnswer
) -> float:
    """A slider of round amounts around the present one, which is among them."""
    return float(
        st.select_slider(
            label,
            amounts(present, model.terms[role].bounds),
            present,
            key=f"{model.terms[role].name}_{client}",
            format_func=amount,
            persist_state="session",
        )
    )


def _forget_levers(client: ClientKey, model: ModelAnswer) -> None:
    for name in (*(column.name for column in model.terms.values()), "term"):
        st.session_state.pop(f"{name}_{client}", None)


def _outcome(
    opened: OpenedClient, present: Terms, wanted: Terms, model: ModelAnswer
) -> None:
    st.html(markup.heading(_("Now, and with the changes")))
    changes = wanted.changes_from(present, model)
    answer: Simulation | None = None
    if changes:
        try:
            with st.spinner(_("Simulating…")):
                answer = simulated(opened, changes)
        except ApiError as error:
            show_error(error, "simulate_again")
            return
    now, then = st.columns(2)
    with now:
        _side(_("Present application"), opened.prediction, model)
    with then:
        _side(_("Simulation"), answer or opened.prediction, model)
    if answer is None:
        say.caption(_("Move a slider to see what would change."))
        return
    sentence = simulation.outcome_text(opened.prediction, answer)
    st.html(markup.spoken(sentence))
    _what_moved(opened.prediction, answer, model)
    with st.expander(_("The terms side by side"), key="terms"):
        headers = [_("Term"), _("Now"), _("Simulation")]
        st.html(markup.table(headers, simulation.terms_rows(present, wanted)))


def _side(title: str, prediction: Prediction | Simulation, model: ModelAnswer) -> None:
    client = str(prediction.client_id)
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    word, _meaning = decision.verdict(prediction)
    note = _("Limit {limit}", limit=limit)
    exact = repr(prediction.probability)
    st.html(
        markup.figure_text(title, risk, note, exact, client)
        + markup.badge(word, prediction.decision)
        + markup.gauge(
            prediction.probability,
            prediction.threshold,
            model.threshold_interval,
            decision.gauge_text(prediction),
        )
    )


def _what_moved(present: Prediction, answer: Simulation, model: ModelAnswer) -> None:
    moved = simulation.moved_groups(present, answer, model)
    if not moved:
        say.caption(_("No kind of facts moved noticeably."))
        return
    headers = [_("What moved"), _("Effect"), _("Points")]
    rows = simulation.moved_rows(moved)
    st.html(markup.table(headers, rows))
    say.caption(
        _(
            "Points are the model's own unit: they add up, and more points are more "
            "risk."
        )
    )


def _counterfactual(opened: OpenedClient, present: Terms, model: ModelAnswer) -> None:
    st.html(markup.heading(_("What would it take?")))
    if opened.prediction.granted:
        say.text(_("Nothing: the model grants the loan as it was asked for."))
        return
    say.text(
        _(
            "The smallest change of the terms below that would bring the risk under "
            "the limit."
        )
    )
    asked = zip(LEVERS, present.values(), strict=True)
    movable = [role for role, value in asked if value]
    levers = st.pills(
        _("May be changed"),
        movable,
        selection_mode="multi",
        default=[role for role in movable if role != GOODS],
        format_func=lambda role: _(LEVERS[role]),
        key="may_change",
    )
    if st.button(_("Find it"), key="find", disabled=not levers):
        names = tuple(model.terms[role].name for role in levers)
        _search_counterfactual(opened, names)
    stored = st.session_state.get(COUNTERFACTUAL)
    if stored and stored[0] == opened.prediction.prediction_id:
        _show_counterfactual(stored[1], opened, model)


def _search_counterfactual(opened: OpenedClient, levers: tuple[str, ...]) -> None:
    prediction = opened.prediction.prediction_id
    try:
        with st.spinner(_("Searching…")):
            counterfactual = scoring_api().counterfactual(prediction, levers)
    except (Conflict, Refused) as error:
        say.warning(details(error))
        return
    except ApiError as error:
        show_error(error, "way_again")
        return
    st.session_state[COUNTERFACTUAL] = (prediction, counterfactual)


def _show_counterfactual(
    counterfactual: Counterfactual, opened: OpenedClient, model: ModelAnswer
) -> None:
    if not counterfactual.found or counterfactual.prediction is None:
        text = _("No change of these terms alone would be granted.")
        st.html(markup.spoken(text))
        return
    text = simulation.outcome_text(opened.prediction, counterfactual.prediction)
    st.html(markup.spoken(text))
    headers = [_("Term"), _("Now"), _("It would take")]
    st.html(markup.table(headers, simulation.way_rows(counterfactual, model)))
    say.caption(
        _("This is what the model would say; whether to offer it is for you to decide.")
    )


if __name__ == "__main__":
    show()
