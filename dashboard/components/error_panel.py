"""What to tell a person when something goes wrong: what happened, what to do."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import streamlit as st

from api_client.cache import forget_answers
from api_client.errors import (
    ApiError,
    Conflict,
    Erased,
    Forbidden,
    LoggedOut,
    NoDelegate,
    NonsenseAnswer,
    NotFound,
    Refused,
    ServerError,
    Unauthorised,
    Unreachable,
)
from components import say
from errors import ConfigError, DashboardError
from session.language import _, mark
from session.user import is_told_settings


@dataclass(frozen=True)
class Advice:
    """`setting`: it is for whoever runs the dashboard; others are told to tell them."""

    what: str
    to_do: str
    setting: bool = False


TELL = mark(
    "Try again; if it happens twice, tell the person who runs this dashboard. "
    "The details are in its log."
)
UNEXPECTED = Advice(mark("This page could not be shown."), TELL)
ADVICE: dict[type[DashboardError], Advice] = {
    ConfigError: Advice(
        mark("The dashboard is not set up."),
        mark(
            "Set the variable named below in its environment and start it again. "
            "“make demo” does this by itself and keeps the key in var/demo.env."
        ),
        setting=True,
    ),
    NoDelegate: Advice(
        mark("The dashboard's key needs the role delegate."),
        mark(
            "Without it everybody here could do all that the key may. Put one with the "
            "roles delegate, officer, scoring and analyst in DASHBOARD_API_KEY and "
            "start the dashboard again."
        ),
        setting=True,
    ),
    Unreachable: Advice(
        mark("The scoring API does not answer."),
        mark(
            "Check that it is running and that DASHBOARD_API_URL is its address, "
            "then try again."
        ),
        setting=True,
    ),
    Unauthorised: Advice(
        mark("The scoring API does not accept the dashboard's key."),
        mark(
            "Put a valid key in DASHBOARD_API_KEY and start the dashboard again. "
            "“python -m flask --app api keys add” makes one."
        ),
        setting=True,
    ),
    LoggedOut: Advice(
        mark("You are logged out."),
        mark("Try again, and log in: nothing was put on record."),
    ),
    Forbidden: Advice(
        mark("The dashboard's key may not ask for this."),
        mark("Use a key with the roles delegate, officer, scoring and analyst."),
        setting=True,
    ),
    NotFound: Advice(
        mark("The scoring API has nothing under that name."),
        mark(
            "It may hold no such thing yet, or be older than this dashboard. "
            "What it said is below."
        ),
    ),
    Refused: Advice(
        mark("The scoring API refused the request."),
        mark("Correct what it names below, then try again."),
    ),
    Conflict: Advice(
        mark("Something changed on record in the meantime."),
        mark("Look at what is on record now, then decide again."),
    ),
    Erased: Advice(
        mark("What this is about was erased."),
        mark(
            "The client was forgotten, or the time was over for which it is kept. "
            "There is nothing to correct, and no need to ask again."
        ),
    ),
    ServerError: Advice(
        mark("The scoring API is in trouble and gave no result."),
        mark("Wait a moment and try again; nothing shown here was decided."),
    ),
    NonsenseAnswer: Advice(
        mark(
            "The scoring API gave an answer that makes no sense, so none of it is "
            "shown."
        ),
        mark(
            "Check that DASHBOARD_API_URL is the scoring API and that its version "
            "fits this dashboard."
        ),
        setting=True,
    ),
}


def advice_for(error: DashboardError) -> Advice:
    return ADVICE.get(type(error), UNEXPECTED)


def show_error(error: DashboardError, key: str = "try_again") -> None:
    """The sentence, the detail, and a button to try again."""
    advice = advice_for(error)
    logging.getLogger(__name__).warning("%s: %s", type(error).__name__, error)
    if advice.setting and not is_told_settings():
        _show(Advice(advice.what, TELL), "", key)
    else:
        _show(advice, details(error), key)


def show_unexpected(error: Exception) -> None:
    """For an error nobody foresaw: the log gets its traceback, the page a sentence."""
    logging.getLogger(__name__).error("unexpected error", exc_info=error)
    _show(UNEXPECTED, "", "try_again")


def details(error: DashboardError) -> str:
    """The error's own words, with each refused value named."""
    faults = error.faults if isinstance(error, Refused) else ()
    return "\n".join([str(error), *(f"{f.path}: {f.detail}" for f in faults)])


def connection_word(error: ApiError | None, ready: bool) -> tuple[str, str]:
    """A sign and a few words on the API's state; the sign does not need colour."""
    if isinstance(error, Unreachable):
        return "✕", _("API unreachable")
    if isinstance(error, Unauthorised | Forbidden):
        return "✕", _("API refuses the key")
    if error is not None:
        return "!", _("API in trouble")
    return ("✓", _("API connected")) if ready else ("!", _("API not ready"))


def _show(advice: Advice, detail: str, key: str) -> None:
    with st.container(key=f"trouble_{key}"):
        say.error(_(advice.to_do), first=_(advice.what))
        if detail:
            st.code(detail, language=None, wrap_lines=True)
        st.button(_("Try again"), key=key, on_click=forget_answers)
