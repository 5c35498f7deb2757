"""A client's record on the page: what the model said and what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from api_client.answers import History, ModelAnswer, PastPrediction, Review, Standing
from components import markup, say
from session.language import _, listed
from texts.decision import decision_word
from texts.formats import moment, percent, value_text, whole
from texts.simulation import TOLD, term_text


def show_history(history: History, standing: Standing, model: ModelAnswer) -> None:
    """What stands, then every prediction with its reviews, newest first, as a table."""
    say.caption(
        _(
            "First what stands, then the newest. A simulation is a question of the "
            "“what if” kind and decides nothing. A review is what a person decided."
        )
    )
    headers = [_("When"), _("What"), _("Risk"), _("Limit"), _("Model"), _("Person")]
    rows = [
        _standing_row(standing),
        *(_row(list(same), model) for _key, same in groupby(history.predictions, _key)),
    ]
    st.html(markup.table(headers, rows, _("History")))
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
        standing.reviewer or "–",
    ]


def review_text(review: Review) -> str:
    actions = {"overridden": _("overridden"), "confirmed": _("confirmed")}
    return _(
        "{decision} ({action}) by {reviewer} on {moment}: {reason}",
        decision=decision_word(review.decision),
        action=actions.get(review.action, review.action),
        reviewer=review.reviewer,
        moment=moment(review.created_at),
        reason=review.reason,
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


def _key(recorded: PastPrediction) -> object:
    """Entries in a row with the same key say the same; reviewed ones stand alone."""
    if recorded.reviews:
        return recorded.prediction_id
    changes = tuple(sorted((recorded.changes or {}).items()))
    return recorded.kind, recorded.probability, recorded.model.version, changes


def _row(same: Sequence[PastPrediction], model: ModelAnswer) -> list[str]:
    newest = same[0]
    if newest.kind == "simulation":
        changes = changes_text(newest, model)
        what = _("Simulation: {changes}", changes=changes)
    elif newest.kind == "decision":
        what = _("Decision: {decision}", decision=decision_word(newest.decision))
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
