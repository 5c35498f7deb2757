"""What to tell a person when something goes wrong: what happened, what to do."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import streamlit as st

from errors import (
    ApiError,
    ConfigError,
    DashboardError,
    Forbidden,
    NonsenseAnswer,
    NotFound,
    Refused,
    ServerTrouble,
    Unauthorised,
    Unreachable,
)
from loading import forget_answers


@dataclass(frozen=True)
class Advice:
    what: str
    to_do: str


UNEXPECTED = Advice(
    "This page could not be shown.",
    "Try again; if it happens twice, tell the person who runs this dashboard. "
    "The details are in its log.",
)
ADVICE: dict[type[DashboardError], Advice] = {
    ConfigError: Advice(
        "The dashboard is not set up.",
        "Set the variable named below in its environment and start it again. "
        "“make demo” does this by itself and keeps the key in var/demo.env.",
    ),
    Unreachable: Advice(
        "The scoring API does not answer.",
        "Check that it is running and that DASHBOARD_API_URL is its address, "
        "then try again.",
    ),
    Unauthorised: Advice(
        "The scoring API does not accept the dashboard's key.",
        "Put a valid key in DASHBOARD_API_KEY and start the dashboard again. "
        "“python -m flask --app api keys add” makes one.",
    ),
    Forbidden: Advice(
        "The dashboard's key may not ask for this.",
        "Use a key with the roles officer, scoring and analyst.",
    ),
    NotFound: Advice(
        "The scoring API has nothing under that name.",
        "Check what you asked for, then try again.",
    ),
    Refused: Advice(
        "The scoring API refused the request.",
        "Correct what it names below, then try again.",
    ),
    ServerTrouble: Advice(
        "The scoring API is in trouble and gave no result.",
        "Wait a moment and try again; nothing shown here was decided.",
    ),
    NonsenseAnswer: Advice(
        "The scoring API gave an answer that makes no sense, so none of it is shown.",
        "Check that DASHBOARD_API_URL is the scoring API and that its version fits "
        "this dashboard.",
    ),
}


def advice_for(error: DashboardError) -> Advice:
    return ADVICE.get(type(error), UNEXPECTED)


def show_trouble(error: DashboardError) -> None:
    """The sentence, the detail, and a button to try again."""
    advice = advice_for(error)
    logging.getLogger(__name__).warning("%s: %s", type(error).__name__, error)
    _show(advice, details(error))


def show_surprise(error: Exception) -> None:
    """For an error nobody foresaw: the log gets its traceback, the page a sentence."""
    logging.getLogger(__name__).error("unexpected error", exc_info=error)
    _show(UNEXPECTED, "")


def details(error: DashboardError) -> str:
    """The error's own words, with each refused value named."""
    faults = error.faults if isinstance(error, Refused) else ()
    return "\n".join([str(error), *(f"{f.path}: {f.detail}" for f in faults)])


def connection_word(error: ApiError | None, ready: bool) -> tuple[str, str]:
    """A sign and a few words on the API's state; the sign does not need colour."""
    if isinstance(error, Unreachable):
        return "✕", "API unreachable"
    if isinstance(error, Unauthorised | Forbidden):
        return "✕", "API refuses the key"
    if error is not None:
        return "!", "API in trouble"
    return ("✓", "API connected") if ready else ("!", "API not ready")


def _show(advice: Advice, detail: str) -> None:
    with st.container(key="trouble"):
        st.error(f"**{advice.what}** {advice.to_do}", icon=":material/error:")
        if detail:
            st.code(detail, language=None, wrap_lines=True)
        st.button("Try again", key="try_again", on_click=forget_answers)
