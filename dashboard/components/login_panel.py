"""What is shown to whoever may not come in, or not yet."""

from __future__ import annotations

import logging

import streamlit as st

from api_client.cache import end_login
from components import say
from errors import DashboardError
from session.language import _
from session.user import Person


def ask_to_log_in(product: str) -> None:
    with st.container(key="login", border=True, width=420):
        say.title(product)
        say.text(_("Log in to see clients, decisions and the model behind them."))
        if st.user.to_dict().get("is_logged_in"):
            say.caption(_("You were logged out, or a working day has passed."))
        st.button(
            _("Log in"),
            key="log_in",
            type="primary",
            on_click=st.login,
            width="stretch",
        )


def no_role(someone: Person) -> None:
    say.title(_("No access yet"))
    say.warning(
        _(
            "{name}, your account has none of the roles this dashboard knows "
            "(officer, analyst). Ask whoever manages the accounts for one.",
            name=someone.name,
        )
    )
    log_out_button()


def log_out_button(*, only_here: bool = False) -> None:
    """`only_here`: the API, which ends a login everywhere, gave no answer."""
    st.button(_("Log out"), key="log_out", on_click=_log_out)
    if only_here:
        say.caption(
            _(
                "While the scoring API does not answer, logging out ends your login in "
                "this browser only. To end it everywhere, wait until it answers."
            )
        )


def _log_out() -> None:
    """For whoever has a copy of the cookie, too; here even when the API is gone."""
    try:
        end_login()
    except DashboardError as error:
        logging.getLogger(__name__).warning("a login ended only here: %s", error)
    st.logout()
