"""A client's record on the page: what the model said and what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from api_client.answers import (
    Contest,
    History,
    ModelAnswer,
    Note,
    PastPrediction,
    Review,
    Standing,
)
from components import markup, say
from session.language import _, listed
from session.namesakes import told_apart
from texts.client.decision import decision_word, person_reason
from texts.client.simulation import TOLD, term_text
from texts.formats import moment, percent, today, value_text, whole
from texts.work import due_text


def show_history(
    history: History,
    standing: Standing,
    remarks: Sequence[Note | Contest],
    model: ModelAnswer,
) -> None:
    """What stands, then predictions with their reviews and remarks, newest first."""
    say.caption(
        _(
            "First what stands, then the newest. A simulation is a question of the "
            "“what if” kind and decides nothing. A review is what a person decided."
        )
    )
    headers = [_("When"), _("What"), _("Risk"), _("Limit"), _("Model"), _("Person")]
    same = [list(same) for _, same in groupby(history.predictions, _key)]
    rows = [(ones[0].created_at, _row(ones, model)) for ones in same]
    rows += [(remark.created_at, _remark_row(remark)) for remark in remarks]
    rows.sort(key=lambda row: row[0], reverse=True)
    told = [_standing_row(standing), *(row for _at, row in rows)]
    st.html(markup.table(headers, told, _("History")))
    if history.next_cursor is not None:
        say.caption(_("Older entries are left out here; the API has them all."))


def _standing_row(standing: Standing) -> list[str]:
    decision = decision_word(standing.result)
    return [
        moment(standing.decided_at),
        _("Stands: {decision}", decision=decision),
        "–",
        "–",
        standing.model.version,
        told_apart(standing.reviewer, standing.signer) or "–",
    ]


def _remark_row(remark: Note | Contest) -> list[str]:
    what = _("Note: {text}", text=remark.text)
    if isinstance(remark, Contest):
        answered = remark.answered_by is not None
        due = _("answered") if answered else due_text(remark.due_on, today())
        what = _("Contested ({due}): {text}", due=due, text=remark.text)
    by = told_apart(remark.author, remark.signer)
    return [moment(remark.created_at), what, "–", "–", "–", by]


def review_text(review: Review) -> str:
    actions = {
        "overridden": _("overridden"),
        "confirmed": _("confirmed"),
        "closed": _("closed"),
    }
    action = actions.get(review.action, review.action)
    if not review.final:
        action = _("first of two signatures")
    elif review.signs is not None:
        action = _("second signature")
    return _(
        "{decision} ({action}) by {reviewer} on {moment}: {reason}",
        decision=decision_word(review.decision),
        action=action,
        reviewer=told_apart(review.reviewer, review.signer),
        moment=moment(review.created_at),
        reason=person_reason(review.category, review.reason),
    )


def changes_text(recorded: PastPrediction, model: ModelAnswer) -> str:
    """What was asked, each after what the application said where that was noted."""
    applied = recorded.terms or {}
    parts = []
    if recorded.asked is not None:
        by_role = {model.column(name).role: value for name, value in applied.items()}
        for name, wanted in recorded.asked.items():
            before, after = by_role.get(name), term_text(name, wanted)
            old = term_text(name, before) if isinstance(before, float | int) else ""
            parts.append((_(TOLD[name]) if name in TOLD else name, old, after))
    else:
        for name, value in (recorded.changes or {}).items():
            column, old = model.column(name), ""
            if applied.get(name) is not None:
                old = value_text(applied[name], column)
            parts.append((column.label, old, value_text(value, column)))
    return listed(
        _("{fact}: {value}", fact=fact, value=f"{old} → {new}" if old else new)
        for fact, old, new in parts
        if old != new
    )


def _decision_text(recorded: PastPrediction) -> str:
    """What was recommended, and the model's part where that is another."""
    word = decision_word(recorded.decision)
    if recorded.recommendation in (None, recorded.decision):
        return _("Decision: {decision}", decision=word)
    return _(
        "Proposed: {decision}; the model: {model}",
        decision=decision_word(recorded.recommendation or ""),
        model=word.lower(),
    )


def _key(recorded: PastPrediction) -> object:
    """Entries in a row with the same key say the same; reviewed ones stand alone."""
    if recorded.reviews:
        return recorded.prediction_id
    changes = tuple(sorted((recorded.changes or {}).items()))
    said = recorded.kind, recorded.probability, recorded.recommendation
    return *said, recorded.model.version, changes


def _row(same: Sequence[PastPrediction], model: ModelAnswer) -> list[str]:
    newest = same[0]
    if newest.kind == "simulation":
        changes = changes_text(newest, model)
        what = _("Simulation: {changes}", changes=changes)
    elif newest.kind == "decision":
        what = _decision_text(newest)
    else:
        what = newest.kind
    if len(same) > 1:
        what = _("{what} ({number} times)", what=what, number=whole(len(same)))
    return [
        moment(newest.created_at),
        what,
        percent(newest.probability, 2),
        percent(newest.threshold, 2),
        newest.model.version,
        " · ".join(review_text(review) for review in newest.reviews) or "–",
    ]
