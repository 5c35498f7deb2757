"""The client on the screen: chosen by search, by address or from the recent ones.

`choose` runs before anything is drawn, so that every control of a page acts on the same
client. The choice stands in the address: Back brings the client before back, and two
tabs never mix theirs.
"""

from __future__ import annotations

import re

import streamlit as st

from api_client.answers import ModelAnswer, Standing
from api_client.cache import (
    OpenedClient,
    current_model,
    last_seen,
    open_client,
    score_again,
    scoring_api,
)
from api_client.errors import ApiError, NotDecided, NotFound, WithoutReasons
from api_client.meaning import ClientKey, is_draft
from api_client.scoring_api import Matches
from components import say
from session.language import PARAMETER as LANGUAGE
from session.language import _, code
from session.user import asker
from texts.client import decision
from texts.client_list import LONGEST_NUMBER, LONGEST_TEXT

PARAMETER = "client"
CHOSEN = "client_number"
SEARCH, SHOWN = "search", "suggestions_shown"
# The recent clients, those whose numbers begin so, those whose numbers end so, and
# those with such a reference.
OFFERED = ("recent", "suggestion_begin", "suggestion_end", "suggestion_reference")
SCORE_AGAIN = "score_again_client"
SUGGESTIONS, RECENT_KEPT, PEOPLE_KEPT = 10, 6, 500
# Fewer last digits are those of too many.
LEAST_ENDING = 2
PAUSE = "200ms"
# What stands between or before digits where people copy them from.
_BETWEEN = re.compile(r"[\s,.'’#_-]+|n[°o]\.?", re.IGNORECASE)
NOBODY = Matches((), 0, False)
# A tab that comes along with what is pasted.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def choose(model: ModelAnswer | None) -> None:
    """Take the client that is typed, else the one of the address, else the last.

    Without a model nobody knows how to read a key, and no page is shown.
    """
    typed = read_key(_typed(), model) if model else None
    parameter = st.query_params.get(PARAMETER)
    if typed is not None and _is_the_only_one(typed):
        select(typed)
    elif parameter is not None:
        key = read_key(parameter, model) if model else None
        st.session_state[CHOSEN] = parameter.strip() if key is None else str(key)
    elif CHOSEN in st.session_state:
        st.query_params[PARAMETER] = st.session_state[CHOSEN]


def chosen() -> str:
    return str(st.session_state.get(CHOSEN, ""))


def nobody_is_looked_for() -> bool:
    return not chosen() and not _typed()


def read_key(text: str, model: ModelAnswer) -> ClientKey | None:
    """The key in what was typed, pasted or put in an address, if it is one."""
    if model.text_keys or is_draft(text):
        return text or None
    number = digits(text)
    return int(number) if number else None


def digits(text: str) -> str:
    """The number in what was typed or pasted: 100 998, 100,998, #100998.

    Nothing when there is anything else in it.
    """
    number = _BETWEEN.sub("", text)
    good = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    return number if good else ""


def select(client_id: ClientKey) -> None:
    """Put a client on the screen and clear the search."""
    st.session_state[CHOSEN] = str(client_id)
    st.session_state[SEARCH] = ""
    for key in (SHOWN, *OFFERED):
        st.session_state.pop(key, None)
    st.query_params[PARAMETER] = str(client_id)


def chosen_client(title: str) -> OpenedClient | None:
    """The heading with its search, and the client that is open, if one is.

    `title` is the page's; the client's number is put after it.
    """
    number, model = chosen(), current_model()
    text = client_search(f"{title} {number}".strip())
    if number:
        return _open(number, read_key(number, model))
    if not text:
        say.info(_("Type a client's number to see the decision and what it rests on."))
    return None


def leave() -> None:
    """Take the client off the screen, and out of the address."""
    st.session_state.pop(CHOSEN, None)
    st.query_params.pop(PARAMETER, None)


def client_search(title: str) -> str:
    """The heading of a page and the search beside it; what is typed there."""
    number, model = chosen(), current_model()
    label = model.key_label(_("Client number"))
    with st.container(key="desk", horizontal=True, vertical_alignment="center"):
        with st.container(width="content"):
            say.title(title)
        st.text_input(
            say.literal(label),
            key=SEARCH,
            type="search",
            placeholder=_("{label}, or a part of it", label=label),
            label_visibility="collapsed",
            live=PAUSE,
            max_chars=LONGEST_TEXT,
            width=300,
        )
        text = _typed()
        if not text:
            others = tuple(
                client_id for client_id in _recent() if str(client_id) != number
            )
            _offer(_("Recent clients"), OFFERED[0], Matches(others, len(others), False))
    if text:
        _suggest(text, model)
    return text


def the_client() -> OpenedClient | None:
    """The client that is open already, where no other one is to be seen."""
    if number := chosen():
        return _open(number, read_key(number, current_model()))
    say.info(_("Go back and choose a client first."))
    return None


def score_again_button(
    client_id: ClientKey, standing: Standing, recorded: bool = False
) -> None:
    """Have a client scored anew, unless they were since: a second click asks again.

    `recorded`: something was since, which the lender's rules may read.
    """
    latest = standing.latest
    label = _("Decide again with what is on record") if recorded else _("Score again")
    st.button(
        label,
        key="decide_again" if recorded else "score_again",
        icon=":material/refresh:",
        on_click=_ask_to_score_again,
        args=(client_id, latest.prediction_id),
        type="secondary" if recorded or latest.outdated else "tertiary",
    )


def _ask_to_score_again(client_id: ClientKey, prediction_id: str) -> None:
    st.session_state[SCORE_AGAIN] = (client_id, prediction_id)


def _typed() -> str:
    return _CONTROL.sub(" ", str(st.session_state.get(SEARCH) or "")).strip()


def _is_the_only_one(key: ClientKey) -> bool:
    """Whether it is a client's, and no other one's begins with it."""
    try:
        matches = scoring_api().search(2, prefix=str(key))
    except ApiError:
        return False  # The page asks again, and tells what is wrong.
    return matches.client_ids == (key,)


def _select_offered(key: str) -> None:
    client_id = st.session_state.get(key)
    if client_id is not None:
        select(client_id)


def _offer(label: str, key: str, matches: Matches) -> None:
    def named(client_id: ClientKey) -> str:
        reference = matches.references.get(client_id)
        return say.literal(f"{client_id} · {reference}" if reference else client_id)

    if matches.client_ids:
        st.pills(
            label,
            matches.client_ids,
            format_func=named,
            key=key,
            on_change=_select_offered,
            args=(key,),
            label_visibility="collapsed",
        )


def _suggest(text: str, model: ModelAnswer) -> None:
    """Offer the clients whose numbers begin with what was typed, or end with it.

    What is no number, or nobody's, may be the beginning of a reference.
    """
    number = text if model.text_keys or is_draft(text) else digits(text)
    most = st.session_state.get(SHOWN, {}).get(number or text, SUGGESTIONS)
    api = scoring_api()
    begin = api.search(most, prefix=number) if number else NOBODY
    end, called = NOBODY, NOBODY
    if len(number) >= LEAST_ENDING and not is_draft(number):
        end = api.search(most, suffix=number)
    if model.text_keys or not (begin.total or end.total):
        called = api.search(most, reference=text)
    if begin.total:
        say.caption(decision.clients_begin(begin.total, number))
        _offer(_("Numbers that begin so"), OFFERED[1], begin)
    if end.total:
        say.caption(decision.clients_end(end.total, number))
        _offer(_("Numbers that end so"), OFFERED[2], end)
    if called.total:
        say.caption(decision.clients_called(called.total, text))
        _offer(_("References that begin so"), OFFERED[3], called)
    if not (begin.total or end.total or called.total):
        _nobody(number) if number else _no_number(text)
    if begin.more or end.more or called.more:
        st.button(
            _("Show more"),
            key="more_clients",
            on_click=_show_more,
            args=(number or text, most),
            type="tertiary",
        )


def _show_more(number: str, shown: int) -> None:
    st.session_state[SHOWN] = {number: 5 * shown}


def _no_number(text: str) -> None:
    say.warning(
        _(
            "A client's number has only digits; “{text}” has others, and no reference "
            "has a word that begins so. Correct it above.",
            text=text,
        )
    )


def _nobody(text: str) -> None:
    say.warning(
        _(
            "No client's number is, begins or ends with {text}, and no reference has a "
            "word that begins so. Check the application, then type it again.",
            text=text,
        )
    )


def _open(number: str, client_id: ClientKey | None) -> OpenedClient | None:
    """The client and what stands for them.

    What an earlier run left on the screen is covered meanwhile, so that no decision is
    ever seen under another client's number, and nothing moves.
    """
    if client_id is None:
        _nobody(number)
        return None
    asked_for, newest = st.session_state.pop(SCORE_AGAIN, (None, ""))
    screen = st.empty()
    if asked_for == client_id or not last_seen(client_id):
        with screen.container(key="opening"):
            say.caption(_("Opening client {number}…", number=number))
            st.skeleton(240)
    try:
        again = asked_for == client_id
        made = score_again(client_id, newest) if again else None
        opened = open_client(client_id, made)
    except NotFound:
        with screen.container():
            _nobody(number)
        return None
    except NotDecided:
        with screen.container():
            _not_decided(number)
        return None
    except WithoutReasons as without:
        with screen.container():
            _without_reasons(client_id, without.standing)
        return None
    screen.empty()
    _remember(client_id)
    return opened


def _not_decided(number: str) -> None:
    say.info(_("This application is still being entered, and is not decided on."))
    st.page_link(
        "screens/new_application.py",
        label=_("Go on with application {client}", client=say.literal(number)),
        icon=":material/edit_note:",
        query_params={PARAMETER: number, LANGUAGE: code()},
    )


def _without_reasons(client_id: ClientKey, standing: Standing) -> None:
    say.text(decision.standing_text(standing))
    say.warning(
        _(
            "This client was decided on without reasons, by a model that does not "
            "serve any more. Score again to see some."
        )
    )
    score_again_button(client_id, standing)


@st.cache_resource
def _recents() -> dict[str | None, tuple[ClientKey, ...]]:
    """The recent clients of each person, the last person to open one last.

    Kept here they survive a new tab or session, and no client's number is left in a
    browser that somebody else may use.
    """
    return {}


def _remember(client_id: ClientKey) -> None:
    others = [other for other in _recent() if other != client_id]
    recents, whose = _recents(), asker().sub
    recents.pop(whose, None)
    recents[whose] = (client_id, *others)[:RECENT_KEPT]
    for oldest in list(recents)[:-PEOPLE_KEPT]:
        recents.pop(oldest, None)


def _recent() -> tuple[ClientKey, ...]:
    return _recents().get(asker().sub, ())
