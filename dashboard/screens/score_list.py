"""A list of clients, scored at once: what the model says of each, and the first why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import streamlit as st

from api_client.answers import ModelAnswer, ProblemAnswer, ReasonAnswer, Simulation
from api_client.cache import current_model, scoring_api
from api_client.errors import ApiError
from components import markup, say
from components.error_panel import show_error
from components.layout import card
from session.language import _, plural
from texts.cells import Cell, Exact
from texts.client.decision import decision_word
from texts.client.reasons import reason_text
from texts.client_list import key_of, read_list
from texts.formats import percent, whole

MEGABYTES, MOST, SHOWN = 2, 20_000, 200
# The API takes 1,000 at once; fewer answer in time, and the bar moves.
AT_ONCE = 200
SCORED = "scored_list"


@dataclass(frozen=True)
class Line:
    """Of one key in the list: what the model said, or what is wrong with it."""

    key: str
    probability: float | None = None
    decision: str = ""
    reason: ReasonAnswer | None = None
    problem: str = ""


def show() -> None:
    model = current_model()
    say.title(_("Score a list"))
    name = model.key_label(_("Client number"))
    say.text(
        _(
            "A CSV or text file with a client on each line, or with a column called "
            "“{name}”.",
            name=name,
        )
    )
    file = st.file_uploader(
        _("List of clients"),
        type=["csv", "txt"],
        key="client_list",
        max_upload_size=MEGABYTES,
    )
    if file is None:
        return
    try:
        keys = read_list(file.getvalue(), model)
    except ValueError as error:
        say.error(str(error))
        return
    if len(keys) > MOST:
        say.error(
            _(
                "The list has {number} clients; at most {most} are scored here.",
                number=whole(len(keys)),
                most=whole(MOST),
            )
        )
        return
    with card("scored_list"):
        _list(keys, _lines_of(file.file_id), model)


def _lines_of(file: str) -> list[Line]:
    """What is known of this file's list; of an earlier one nothing is kept."""
    if st.session_state.get(SCORED, ("", []))[0] != file:
        st.session_state[SCORED] = (file, [])
    lines: list[Line] = st.session_state[SCORED][1]
    return lines


def _list(keys: Sequence[str], lines: list[Line], model: ModelAnswer) -> None:
    left = len(keys) - len(lines)
    if left:
        say.text(
            plural(
                "{number} client is to be scored.",
                "{number} clients are to be scored.",
                left,
                number=whole(left),
            )
        )
        say.caption(
            _(
                "Each is decided on anew, and that is kept on record. What a person "
                "decided stands."
            )
        )
        if st.button(_("Score the list"), key="score_list", type="primary"):
            _score(keys, lines, model)
    if lines:
        _result(lines, model)


def _score(keys: Sequence[str], lines: list[Line], model: ModelAnswer) -> None:
    """Goes on where an earlier click ended: `lines` grows with each answer."""
    bar = st.progress(0.0)
    while len(lines) < len(keys):
        bar.progress(len(lines) / len(keys))
        try:
            lines += _answered(keys[len(lines) : len(lines) + AT_ONCE], model)
        except ApiError as error:
            show_error(error, "list_again")
            return
    st.rerun()


def _answered(keys: Sequence[str], model: ModelAnswer) -> list[Line]:
    known = {text: key for text in keys if (key := key_of(text, model)) is not None}
    answers = scoring_api().score_all(list(known.values())) if known else ()
    lines = dict(zip(known, answers, strict=True))
    return [_line(text, lines.get(text)) for text in keys]


def _line(key: str, answer: Simulation | ProblemAnswer | None) -> Line:
    if answer is None:
        return Line(key, problem=_("This is no client's number."))
    if isinstance(answer, ProblemAnswer):
        unknown = answer.status == HTTPStatus.NOT_FOUND
        told = _("No client has this number.") if unknown else answer.detail
        return Line(key, problem=told)
    reason = next(iter(answer.reasons), None)
    return Line(key, answer.probability, answer.recommended, reason)


def _result(lines: Sequence[Line], model: ModelAnswer) -> None:
    st.html(markup.spoken(_counted(lines)))
    headers = [
        model.key_label(_("Client number")),
        _("Risk"),
        _("Decision"),
        _("First reason"),
    ]
    rows = [_row(line, model) for line in lines]
    st.html(markup.table(headers, rows, _("Scored list"), SHOWN))
    if len(rows) > SHOWN:
        say.caption(
            _("The first {number} are shown; the file has all.", number=whole(SHOWN))
        )


def _counted(lines: Sequence[Line]) -> str:
    def number(decision: str) -> str:
        return whole(sum(line.decision == decision for line in lines))

    told = _(
        "Granted: {granted}, refused: {refused}, not scored: {problems}.",
        granted=number("granted"),
        refused=number("refused"),
        problems=number(""),
    )
    if any(line.decision == "referred" for line in lines):
        told += " " + _("To be examined: {number}.", number=number("referred"))
    return told


def _row(line: Line, model: ModelAnswer) -> list[Cell]:
    if line.probability is None:
        return [line.key, "–", "–", line.problem]
    why = reason_text(line.reason, model) if line.reason else "–"
    risk = Exact(percent(line.probability), line.probability)
    return [line.key, risk, decision_word(line.decision), why]


if __name__ == "__main__":
    show()
