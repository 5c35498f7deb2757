"""A client's record on the page: what the model said and what people decided."""

from __future__ import annotations

import streamlit as st

import markup
from decision_answers import History, Recorded, Review
from formats import moment, percent, value_text
from language import _
from model_answers import Model
from words import decision_word


def show_history(history: History, model: Model) -> None:
    """Every prediction with its reviews, newest first, as a table."""
    if not history.predictions:
        st.caption(_("Nothing is on record for this client yet."))
        return
    st.caption(
        _(
            "Newest first. A simulation is a question of the “what if” kind and "
            "decides nothing. A review is what a person decided."
        )
    )
    headers = [_("When"), _("What"), _("Risk"), _("Limit"), _("Model"), _("Person")]
    rows = [_row(one, model) for one in history.predictions]
    st.html(markup.table(headers, rows, _("History")))
    if history.more:
        st.caption(_("Older entries are left out here; the API has them all."))


def review_text(review: Review) -> str:
    action = _("overridden") if review.overridden else _("confirmed")
    return _(
        "{decision} ({action}) by {reviewer} on {moment}: {reason}",
        decision=decision_word(review.granted),
        action=action,
        reviewer=review.reviewer,
        moment=moment(review.created_at),
        reason=review.reason,
    )


def changes_text(recorded: Recorded, model: Model) -> str:
    told = []
    for name, value in recorded.changes.items():
        column = model.column(name)
        shown = value_text(value, column.unit, name)
        told.append(_("{fact}: {value}", fact=column.labels.text, value=shown))
    return "; ".join(told)


def _row(recorded: Recorded, model: Model) -> list[str]:
    if recorded.simulation:
        changes = changes_text(recorded, model)
        what = _("Simulation: {changes}", changes=changes)
    else:
        what = _("Decision: {decision}", decision=decision_word(recorded.granted))
    return [
        moment(recorded.created_at),
        what,
        percent(recorded.probability, 2),
        percent(recorded.threshold, 2),
        recorded.model_version,
        " · ".join(review_text(one) for one in recorded.reviews) or "–",
    ]
