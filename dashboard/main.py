"""Every page's frame: who is there, in which language, and how the API stands."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

import config
from api_client.cache import Connection, connection, login_was_ended
from components import markup, say
from components.client import client_picker
from components.error_panel import connection_word, show_error, show_unexpected
from components.layout import PRODUCT, language_switch
from components.login_panel import ask_to_log_in, log_out_button, no_role
from errors import DashboardError
from session import language, work_view
from session.language import _, mark
from session.render_lock import RENDER_LOCK
from session.user import ADMIN, ANALYST, OFFICER, Person, person, remember

HERE = Path(__file__).parent
SIDEBAR_PIXELS = 220
# Of the officers' pages those that are about no single client who is known.
OF_NO_CLIENT = {"work_list", "new_application", "score_list"}
# The one that is for the client's eyes: no way to others is on it.
ACROSS = "across"
# What Streamlit itself says on these pages.
STREAMLIT = (
    mark("Sidebar"),
    mark("Collapse sidebar"),
    mark("Expand sidebar"),
    mark("Main menu"),
    mark("Choose an option"),
    mark("No results"),
    mark("Skip to main content"),
    mark("Press Enter to apply"),
    mark("Press Enter to submit form"),
    mark("Press …+Enter to apply"),
    mark("Press …+Enter to submit form"),
    mark("file upload"),
    mark("Upload"),
    mark("Add files"),
    mark("Remove …"),
    mark("…MB per file"),
    mark("add icon"),
    mark("Error: "),
    mark("… files are not allowed."),
    mark("Stop"),
    mark("Copy to clipboard"),
    mark("System"),
    mark("Light"),
    mark("Dark"),
    mark("Print"),
    mark("Record screen"),
)
# What page.js says.
SCRIPT = (mark("A part of this page could not be loaded."), mark("Reload"))


def main() -> None:
    st.set_page_config(
        page_title=PRODUCT,
        page_icon=HERE / "icon.svg",
        layout="wide",
        initial_sidebar_state=SIDEBAR_PIXELS,
    )
    language.choose()
    st.html(HERE / "style.css")
    _say_language()
    st.html(markup.script(HERE / "page.js"), unsafe_allow_javascript=True)
    try:
        someone = person()
        if someone is None or login_was_ended(someone.login):
            st.navigation([st.Page("screens/client.py")], position="hidden")
            ask_to_log_in(PRODUCT)
        elif not someone.roles:
            st.navigation([st.Page("screens/client.py")], position="hidden")
            no_role(someone)
        else:
            _serve(someone)
    except DashboardError as error:
        show_error(error)
    except Exception as error:  # the last stop before a traceback on the screen
        show_unexpected(error)


def _serve(someone: Person) -> None:
    remember(someone)
    state = connection()
    client_picker.choose(state.model)
    sections = pages(someone.roles)
    page = st.navigation(sections, position="hidden")
    of_clients = page in sections.get(_("Client"), ())
    of_one = of_clients and page.url_path not in OF_NO_CLIENT
    client = client_picker.chosen() if of_one else ""
    st.set_page_config(page_title=f"{page.title} {client}".strip() + f" · {PRODUCT}")
    if page.url_path != ACROSS or state.error:
        with RENDER_LOCK:
            _sidebar(sections, state, someone)
    if state.error:
        say.title(page.title)
        show_error(state.error)
    else:
        page.run()


def pages(roles: frozenset[str]) -> dict[str, list[st.Page]]:
    """The pages that a person of these roles may see, by section."""
    # The day begins with the work list; the bare address stays the client's, as it
    # stands in mails and files, and shows the list until one is chosen.
    officer = [
        st.Page("screens/work_list.py", title=_("Work list"), icon=":material/inbox:"),
        st.Page(
            "screens/client.py",
            title=_("Client"),
            icon=":material/person:",
            default=True,
        ),
        st.Page("screens/file.py", title=_("File"), icon=":material/folder_open:"),
        st.Page("screens/compare.py", title=_("Compare"), icon=":material/group:"),
        st.Page("screens/simulate.py", title=_("Simulate"), icon=":material/tune:"),
        st.Page("screens/decide.py", title=_("Decide"), icon=":material/gavel:"),
        st.Page(
            "screens/across.py",
            title=_("Across the desk"),
            icon=":material/co_present:",
        ),
        st.Page(
            "screens/new_application.py",
            title=_("New application"),
            icon=":material/edit_note:",
        ),
        st.Page("screens/score_list.py", title=_("List"), icon=":material/list:"),
    ]
    model = [st.Page("screens/model.py", title=_("Model"), icon=":material/insights:")]
    policy = [st.Page("screens/policy.py", title=_("Policy"), icon=":material/rule:")]
    analyst = [
        st.Page("screens/drift.py", title=_("Drift"), icon=":material/monitoring:"),
        st.Page(
            "screens/alerts.py", title=_("Alerts"), icon=":material/notifications:"
        ),
        st.Page("screens/interface.py", title=_("API"), icon=":material/api:"),
    ]
    sections = {_("Client"): officer} if OFFICER in roles else {}
    if roles & {ANALYST, ADMIN}:
        model += policy
    sections[_("Model")] = model + (analyst if ANALYST in roles else [])
    return sections


def _sidebar(
    sections: dict[str, list[st.Page]], state: Connection, someone: Person
) -> None:
    sign, words = connection_word(state.error, state.ready)
    version = (
        _("Model version {version}", version=state.model.version) if state.model else ""
    )
    address = {language.PARAMETER: language.code(), **work_view.of_address()}
    if client_picker.chosen():
        address[client_picker.PARAMETER] = client_picker.chosen()
    with st.sidebar:
        tagline = _("Credit scoring")
        st.html(markup.product(PRODUCT, tagline))
        with st.container(key="pages"):
            for name, pages in sections.items():
                st.html(markup.section(name))
                for page in pages:
                    st.page_link(page, query_params=address)
        with st.container(key="status"):
            language_switch()
            if someone.name:
                say.caption(someone.name)
                log_out_button(only_here=state.error is not None)
            no_login = "" if someone.name else _("No login: this machine only")
            st.html(markup.status(sign, words, version, _release(), no_login))


def _release() -> str:
    """With the commit, as short as commits are told, where it is known."""
    told = config.release()
    if told.commit == config.UNKNOWN:
        return _("Software version {version}", version=told.version)
    commit = told.commit[:7]
    return _(
        "Software version {version}, {commit}", version=told.version, commit=commit
    )


def _say_language() -> None:
    # Of a list to choose from; alerts are open in another sense.
    words = {"Open": _("Open the list")}
    words |= {word: _(word) for word in (*STREAMLIT, *SCRIPT)}
    st.html(markup.page_language(language.code(), words), unsafe_allow_javascript=True)


main()
