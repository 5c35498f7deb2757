"""The work list in words: who waits for what, and who was decided by whom."""

from __future__ import annotations

from datetime import date

from api_client.answers import WorkItem
from api_client.meaning import ClientKey
from session.address import CLIENT_PAGE, address
from session.language import _
from session.namesakes import told_apart
from session.work_view import View
from texts.cells import Act, Cell, Exact, Link
from texts.client.decision import decision_word
from texts.formats import calendar_day, clock, moment, percent

NEW_APPLICATION = "new_application"
# What a row's button asks for.
CLAIM, RELEASE = "claim", "release"


def state_word(state: str) -> str:
    """A code that is not known here is told as it is."""
    known = {
        "contested": _("Contested"),
        "second": _("Second signature"),
        "evidence": _("Evidence missing"),
        "referred": _("To be examined"),
        "open": _("To decide"),
        "draft": _("Draft"),
        "done": _("Decided"),
    }
    return known.get(state, state)


def headers(key_label: str) -> list[str]:
    return [
        key_label,
        _("Reference"),
        _("State"),
        _("Since"),
        _("Risk"),
        _("Result"),
        _("Claimed by"),
        _("To do"),
    ]


def row(item: WorkItem, view: View, today: date, senior: bool) -> list[Cell]:
    return [
        Link(str(item.client_id), _opened(item.client_id, item.state, view)),
        item.reference or "–",
        _state(item, today),
        moment(item.since),
        _risk(item),
        _result(item),
        _claimed(item),
        _act(item, senior),
    ]


def _claimed(item: WorkItem) -> str:
    if item.claimed_by is None or item.claimed_until is None:
        return "–"
    return _(
        "{name}, until {time}",
        name=told_apart(item.claimed_by, item.claimed_signer),
        time=clock(item.claimed_until),
    )


def _act(item: WorkItem, senior: bool) -> Cell:
    """What whoever looks can do with it: what is decided waits for nobody."""
    client = item.client_id
    if item.mine or (senior and item.claimed_by is not None):
        label = _("Leave client {client} to others", client=client)
        return Act(_("Leave to others"), label, f"{RELEASE}:{client}")
    if item.state == "done" or item.claimed_by is not None:
        return "–"
    label = _("Claim client {client}", client=client)
    return Act(_("Claim"), label, f"{CLAIM}:{client}")


def due_text(due_on: str, today: date) -> str:
    """Until when a contested decision is to be answered."""
    told = _("answer by {day}", day=calendar_day(due_on))
    return _("{told} (overdue)", told=told) if due_on < str(today) else told


def _opened(client_id: ClientKey, state: str, view: View) -> str:
    """A draft goes on where it was entered; the list's view comes along."""
    page = NEW_APPLICATION if state == "draft" else CLIENT_PAGE
    return address(page, client=client_id, **view)


def _state(item: WorkItem, today: date) -> str:
    word = state_word(item.state)
    if item.due is None:
        return word
    return _("{state}: {what}", state=word, what=due_text(item.due, today))


def _risk(item: WorkItem) -> Cell:
    if item.probability is None:
        return "–"
    risk = percent(item.probability)
    shown = _("{risk}, borderline", risk=risk) if item.borderline else risk
    return Exact(shown, item.probability)


def _result(item: WorkItem) -> str:
    if item.reviewer is not None:
        word = decision_word(item.result or "")
        reviewer = told_apart(item.reviewer, item.signer)
        return _("{decision} by {reviewer}", decision=word, reviewer=reviewer)
    if item.decision is None:
        return "–"
    if item.result is not None and item.result != item.decision:
        word = decision_word(item.result)
        return _("{decision} by the lender's rules", decision=word)
    return _("{decision} by the model", decision=decision_word(item.decision))
