"""One client: the decision, why, how sure, and what the application says."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st
from plotly.graph_objects import Figure
from streamlit.delta_generator import DeltaGenerator

import charts
import markup
import words
from answers import Client, Prediction
from explanation import describe, waterfall_steps
from facts import group_facts
from formats import moment, percents_apart
from loading import (
    Opened,
    api_is_ready,
    current_model,
    forget_decision,
    open_client,
    opened,
    scoring_api,
)
from model_answers import Model

LANGUAGE = "en"
SUGGESTIONS = 12
NUMBER, SHOWN = "client", "shown_prediction"
PLOTLY = {"displayModeBar": False}


def show() -> None:
    model = current_model()
    text = _ask_number()
    if not text:
        st.info("Type a client's number to see the decision and what it rests on.")
    elif not (text.isascii() and text.isdigit()):
        st.warning(
            f"A client's number has only digits; “{text}” has others. Correct it above."
        )
    else:
        _look_up(text, model)


def _ask_number() -> str:
    with st.container(key="search", horizontal=True, vertical_alignment="bottom"):
        st.title("Client", width="content")
        typed = st.text_input(
            "Client number",
            key=NUMBER,
            bind="query-params",
            placeholder="Client number, or its first digits",
            label_visibility="collapsed",
            icon=":material/search:",
            max_chars=18,
            width=340,
        )
    return (typed or "").strip()


def _look_up(text: str, model: Model) -> None:
    """The client of that number, or those whose numbers begin with it.

    What an earlier run left on the screen goes first, so that no decision is ever
    seen under another client's number.
    """
    screen = st.empty()
    found = opened(int(text), model)
    if st.session_state.get(SHOWN) != (found and found.prediction.prediction_id):
        screen.caption(f"Looking for client {text}…")
    if not found:
        matches = scoring_api().search(text, SUGGESTIONS)
        if int(text) not in matches.client_ids:
            with screen.container():
                _suggest(text, matches.client_ids, matches.total)
            return
        screen.caption(f"Scoring client {text}…")
        found = open_client(int(text))
    with screen.container():
        _show_client(found, current_model())
    st.session_state[SHOWN] = found.prediction.prediction_id


def _suggest(text: str, client_ids: tuple[int, ...], total: int) -> None:
    if not client_ids:
        st.warning(
            f"No client's number is or begins with {text}. "
            "Check the number on the application, then type it again."
        )
        return
    clients = "client's number begins" if total == 1 else "clients' numbers begin"
    shown = f"; the first {len(client_ids)} are" if total > len(client_ids) else ""
    st.pills(
        f"{total:,} {clients} with {text}{shown}:",
        client_ids,
        format_func=str,
        key="suggestion",
        on_change=_take_suggestion,
    )


def _take_suggestion() -> None:
    chosen = st.session_state.get("suggestion")
    if chosen is not None:
        st.session_state[NUMBER] = str(chosen)


def _show_client(found: Opened, model: Model) -> None:
    prediction = found.prediction
    client = str(found.client.client_id)
    dial = charts.gauge(
        prediction.probability, prediction.threshold, model.threshold_interval
    )
    decision, risk, reasons = st.columns([1.15, 0.95, 1.25], gap="small")
    with decision, _card("decision"):
        _decision(found.client, prediction, model)
    with risk, _card("probability"):
        _risk(prediction, dial, client)
    with reasons, _card("reasons"):
        _reasons(prediction, client)
    moved, application = st.tabs(["What moved the risk", "Application"])
    with moved, st.container(key="waterfall"):
        _contributions(prediction, model)
    with application, st.container(key="application"):
        _application(found.client)


def _card(key: str) -> DeltaGenerator:
    return st.container(key=key, border=True, height="stretch", gap="xsmall")


def _decision(client: Client, prediction: Prediction, model: Model) -> None:
    word, meaning = words.verdict(prediction)
    number = str(client.client_id)
    st.html(markup.heading(word, meaning, prediction.decision, number))
    if not api_is_ready():
        st.warning("The scoring API does not answer now: this decision is from before.")
    with st.container(key="confidence"):
        st.html(markup.notes(words.confidence_notes(prediction, model, LANGUAGE)))
    st.html(
        markup.small(
            words.made_at(prediction, datetime.now(UTC)),
            f"Client {client.client_id}, decision {prediction.prediction_id}",
            "The model advises; the decision stays with you.",
        )
    )
    st.button(
        "Score again",
        key="score_again",
        icon=":material/refresh:",
        on_click=forget_decision,
        args=(client.client_id,),
    )


def _risk(prediction: Prediction, dial: Figure, client: str) -> None:
    risk, limit = percents_apart(prediction.probability, prediction.threshold)
    note = f"Limit {limit} · exact value {prediction.probability:.4f}"
    exact = repr(prediction.probability)
    st.html(markup.figure_text("Risk of default", risk, note, exact, client))
    st.plotly_chart(
        dial,
        key="gauge",
        config=PLOTLY,
        alt=words.gauge_text(prediction),
    )
    st.caption(words.gauge_text(prediction))


def _reasons(prediction: Prediction, client: str) -> None:
    against = [reason for reason in prediction.reasons if reason.raises_risk]
    favour = [reason for reason in prediction.reasons if not reason.raises_risk]
    none = "Nothing stands out."
    blocks = [
        markup.reasons("▼ In the client's favour", favour, none, client),
        markup.reasons("▲ Against the loan", against, none, client),
    ]
    st.html("".join(blocks if prediction.granted else reversed(blocks)))


def _contributions(prediction: Prediction, model: Model) -> None:
    explanation = prediction.explanation
    steps = waterfall_steps(explanation, model, LANGUAGE)
    sentence = words.waterfall_text(steps, explanation, model)
    st.caption(f"{sentence} {words.WATERFALL_HELP}")
    st.plotly_chart(
        charts.waterfall(steps, explanation, prediction.threshold, model.calibration),
        key="waterfall_chart",
        config=PLOTLY,
        alt=sentence,
    )
    with st.expander("The same as a table, every fact"):
        st.dataframe(_contribution_table(prediction, model), hide_index=True)


def _contribution_table(
    prediction: Prediction, model: Model
) -> dict[str, list[str] | list[float]]:
    ranked = sorted(
        prediction.explanation.contributions, key=lambda c: -abs(c.contribution)
    )
    described = [describe(item, model, LANGUAGE) for item in ranked]
    return {
        "Fact": [label for label, _ in described],
        "Value": [value for _, value in described],
        "Points": [round(item.contribution, 4) for item in ranked],
        "Effect": [
            "raises the risk" if item.contribution > 0 else "lowers the risk"
            for item in ranked
        ],
    }


def _application(client: Client) -> None:
    st.caption(
        "Amounts are in the lender's currency. Times are counted from the day of the "
        f"application. Imported on {moment(client.imported_at)}."
    )
    groups = group_facts(client.application, LANGUAGE)
    blocks = "".join(markup.fact_group(group) for group in groups)
    st.html(f'<div class="fact-columns">{blocks}</div>')


if __name__ == "__main__":
    show()
