"""What training looked at for analysts, or why it cannot be shown."""

from __future__ import annotations

import streamlit as st

from api_client.answers import Inspection, ModelAnswer
from api_client.cache import inspection_of
from api_client.errors import ApiError, NotFound
from components import say
from components.error_panel import show_error
from session.language import _


def inspected(model: ModelAnswer, key: str) -> Inspection | None:
    """`key`: of the button that tries again."""
    try:
        with st.spinner(_("Fetching…")):
            return inspection_of(model)
    except NotFound:
        say.caption(
            _(
                "The model that serves came without this: one that is trained and "
                "exported now has it."
            )
        )
    except ApiError as error:
        show_error(error, f"{key}_again")
    return None
