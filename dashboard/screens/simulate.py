"""What if the loan were another one? Only what can be talked about can be moved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from api_client.answers import (
    Counterfactual,
    ModelAnswer,
    Offer,
    OfferCell,
    Prediction,
    Simulation,
)
from api_client.cache import OpenedClient, current_model, simulated, way_through
from api_client.errors import ApiError, Refused
from api_client.meaning import ClientKey
from components import markup, say
from components.client.client_picker import chosen_client
from components.client.next_steps import next_steps, recall
from components.client.offers import make_offer, offer_grid
from components.error_panel import details, show_error
from components.layout import card, numbers
from session.language import _, code
from texts.client import decision, simulation
from texts.client.loan_terms import (
    AMOUNT,
    DOWN_PAYMENT,
    INSTALMENTS,
    TERMS,
    Term,
    movable,
    schedule,
)
from texts.formats import percents_apart

COUNTERFACTUAL = "way_through"
LONGEST_TYPED, FIELD_PIXELS = 30, 120
# Per client the terms that were moved, and texts that are no value of their term.
WANTED, MISTYPED = "terms_wanted", "terms_mistyped"


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
    terms = movable(opened.client, model)
    controls, result = st.columns([1, 1.6], gap="small")
    with controls, card("terms"):
        wanted = _controls(opened.client.client_id, terms)
    with result, card("outcome"):
        answer = _outcome(opened, wanted, model)
    with card("offers"):
        offer_grid(opened, wanted, partial(_choose, opened))
        make_offer(opened, wanted, answer)
    with card("way"):
        _counterfactual(opened, terms, model)


def _controls(client: ClientKey, terms: tuple[Term, ...]) -> Mapping[str, float]:
    """The terms that differ from what was asked for."""
    st.html(markup.heading(_("What can be changed")))
    if not terms:
        say.warning(_("The application gives no loan amount, so nothing can be moved."))
        return {}
    for term in terms:
        _control(client, term)
    if any(term.name == DOWN_PAYMENT for term in terms):
        say.caption(
            _(
                "A larger down payment leaves less to borrow, unless the amount is "
                "moved too."
            )
        )
    st.button(
        _("Back to the application"),
        key="reset",
        icon=":material/undo:",
        on_click=_forget_terms,
        args=(client,),
    )
    return _kept(WANTED, client)


def _control(client: ClientKey, term: Term) -> None:
    """A slider and a field for the same value, which is kept apart from both."""
    value = float(_kept(WANTED, client).get(term.name, term.asked))
    mistyped = _kept(MISTYPED, client).get(term.name)
    # Each language has its own: what they hold is formatted.
    slider, field = (f"{term.name}_{part}{client}_{code()}" for part in ("", "typed_"))
    _put(slider, value)
    _put(field, term.typed(value) if mistyped is None else mistyped)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.select_slider(
            _(TERMS[term.name]),
            term.steps(value),
            key=slider,
            format_func=term.told,
            on_change=_slide,
            args=(client, term, slider),
            width="stretch",
        )
        st.text_input(
            _("{term}, typed", term=say.literal(_(TERMS[term.name]))),
            key=field,
            label_visibility="collapsed",
            max_chars=LONGEST_TYPED,
            on_change=_type,
            args=(client, term, field),
            width=FIELD_PIXELS,
        )
    if mistyped is not None:
        say.error(term.refusal(mistyped))


def _put(key: str, value: object) -> None:
    """Only where it differs: what is set anew would undo a move under way."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _slide(client: ClientKey, term: Term, key: str) -> None:
    _kept(MISTYPED, client).pop(term.name, None)
    _move(client, term, float(st.session_state[key]))


def _type(client: ClientKey, term: Term, key: str) -> None:
    text = str(st.session_state[key] or "")
    value = term.read(text)
    if value is None:
        _kept(MISTYPED, client)[term.name] = text
        return
    _kept(MISTYPED, client).pop(term.name, None)
    _move(client, term, value)


def _move(client: ClientKey, term: Term, value: float) -> None:
    wanted = _kept(WANTED, client)
    wanted[term.name] = int(value) if term.name == INSTALMENTS else value
    if value == term.asked:
        del wanted[term.name]


def _choose(opened: OpenedClient, cell: OfferCell) -> None:
    """The terms of a cell of the grid, and all others as they were asked for."""
    client, asked = opened.client.client_id, opened.client.terms
    _forget_terms(client)
    for name, value in ((AMOUNT, cell.amount), (INSTALMENTS, cell.instalments)):
        if value != getattr(asked, name):
            _kept(WANTED, client)[name] = value


def _forget_terms(client: ClientKey) -> None:
    for kind in (WANTED, MISTYPED):
        _kept(kind, client).clear()


def _kept(kind: str, client: ClientKey) -> dict[str, Any]:
    by_client: dict[ClientKey, dict[str, Any]] = st.session_state.setdefault(kind, {})
    return by_client.setdefault(client, {})


def _outcome(
    opened: OpenedClient, wanted: Mapping[str, float], model: ModelAnswer
) -> Simulation | None:
    st.html(markup.heading(_("Now, and with the changes")))
    present, answer = opened.client.terms, None
    if wanted:
        try:
            with st.spinner(_("Simulating…")):
                answer = simulated(opened, wanted)
        except ApiError as error:
            show_error(error, "simulate_again")
            return None
    now, then = st.columns(2)
    with now:
        _side(_("Present application"), opened.prediction, model)
    with then:
        _side(_("Simulation"), answer or opened.prediction, model)
    if answer is None:
        say.caption(_("Move a slider, or type, to see what would change."))
    else:
        sentence = simulation.outcome_text(opened.prediction, answer)
        st.html(markup.spoken(sentence))
    if present is not None:
        _offers(present, answer.terms if answer else None)
    if answer is not None:
        _what_moved(opened.prediction, answer, model)
    return answer


def _offers(present: Offer, then: Offer | None) -> None:
    headers, offers = [_("Term"), _("Now")], [present]
    if then is not None:
        headers, offers = [*headers, _("Simulation")], [present, then]
    _side_by_side(headers, offers, "schedule")


def _side_by_side(headers: list[str], offers: list[Offer], key: str) -> None:
    """What a borrower is told of each offer, and the last one's schedule, if known."""
    st.html(markup.table(headers, simulation.offer_rows(*offers)))
    if estimated := simulation.estimate_text(offers[0]):
        say.caption(estimated)
    if schedule(offers[-1]):
        label = _("Schedule: {offer}", offer=headers[-1])
        numbers(key, lambda: simulation.schedule_table(offers[-1]), label, label)


def _side(title: str, prediction: Prediction | Simulation, model: ModelAnswer) -> None:
    client = str(prediction.client_id)
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    word = decision.decision_word(prediction.recommended)
    note = _("Limit {limit}", limit=limit)
    exact = repr(prediction.probability)
    st.html(
        markup.figure_text(title, risk, note, exact, client)
        + markup.badge(word, prediction.recommended)
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
    headers = [_("What moved"), _("Effect"), _("Weight")]
    rows = simulation.moved_rows(moved)
    st.html(markup.table(headers, rows))
    say.caption(
        _(
            "Weights are in the model's own unit: they add up, and more weight is more "
            "risk."
        )
    )


def _counterfactual(
    opened: OpenedClient, terms: tuple[Term, ...], model: ModelAnswer
) -> None:
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
    names = [term.name for term in terms]
    chosen = st.pills(
        _("May be changed"),
        names,
        selection_mode="multi",
        default=names,
        format_func=lambda name: _(TERMS[name]),
        key="may_change",
    )
    if st.button(_("Find it"), key="find", disabled=not chosen):
        _search_counterfactual(opened, tuple(chosen))
    stored = st.session_state.get(COUNTERFACTUAL)
    if stored and stored[0] == opened.prediction.prediction_id:
        _show_counterfactual(stored[1], opened)


def _search_counterfactual(opened: OpenedClient, terms: tuple[str, ...]) -> None:
    prediction = opened.prediction.prediction_id
    try:
        with st.spinner(_("Searching…")):
            counterfactual = way_through(opened, terms)
    except Refused as error:
        say.warning(details(error))
        return
    except ApiError as error:
        show_error(error, "way_again")
        return
    st.session_state[COUNTERFACTUAL] = (prediction, counterfactual)


def _show_counterfactual(counterfactual: Counterfactual, opened: OpenedClient) -> None:
    granted, prediction = counterfactual.granted, counterfactual.prediction
    if not counterfactual.found or prediction is None or granted is None:
        text = _("No change of these terms alone would be granted.")
        st.html(markup.spoken(text))
        return
    text = simulation.outcome_text(opened.prediction, prediction)
    st.html(markup.spoken(text))
    headers = [_("Term"), _("Asked for"), _("It would take")]
    _side_by_side(headers, [counterfactual.asked, granted], "way_schedule")
    say.caption(
        _("This is what the model would say; whether to offer it is for you to decide.")
    )


if __name__ == "__main__":
    show()
