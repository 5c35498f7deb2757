"""The dashboard's entry: `streamlit run dashboard/app.py` from the repository root."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from errors import DashboardError
from loading import Connection, connection
from markup import status
from trouble import connection_word, show_surprise, show_trouble

HERE = Path(__file__).parent
SIDEBAR_PIXELS = 220
PRODUCT = "Prêt à dépenser"


def main() -> None:
    st.set_page_config(
        page_title=PRODUCT,
        page_icon=HERE / "icon.svg",
        layout="wide",
        initial_sidebar_state=SIDEBAR_PIXELS,
    )
    st.html(HERE / "style.css")
    pages = [
        st.Page(
            "screens/client.py", title="Client", icon=":material/person:", default=True
        ),
        st.Page("screens/model.py", title="Model", icon=":material/insights:"),
        st.Page("screens/drift.py", title="Drift", icon=":material/monitoring:"),
    ]
    page = st.navigation(pages, position="hidden")
    try:
        state = connection()
        _sidebar(pages, state)
        if state.error:
            st.title(page.title)
            show_trouble(state.error)
        else:
            page.run()
    except DashboardError as error:
        show_trouble(error)
    except Exception as error:  # the last stop before a traceback on the screen
        show_surprise(error)


def _sidebar(pages: list[st.Page], state: Connection) -> None:
    sign, words = connection_word(state.error, state.ready)
    version = f"Model version {state.model.version}" if state.model else ""
    with st.sidebar:
        st.html(
            f'<p class="product">{PRODUCT}</p><p class="tagline">Credit scoring</p>'
        )
        for page in pages:
            st.page_link(page)
        with st.container(key="status"):
            st.html(status(sign, words, version))


main()
