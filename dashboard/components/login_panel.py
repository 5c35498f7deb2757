"""What is shown to whoever may not come in, or not yet."""

from __future__ import annotations

import streamlit as st

from components import say
from session.language import _
from session.user import Person


def ask_to_log_in(product: str) -> None:
    with st.container(key="login", border=True, width=420):
        say.title(product)
        say.text(_("Log in to see clients, decisions and the model behind them."))
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
    st.button(_("Log out"), key="log_out", on_click=st.logout)
