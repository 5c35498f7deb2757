"""What monitoring noticed, how sure it is, and what to do; seen by whom."""

from __future__ import annotations

import streamlit as st

from api_client.answers import Alert
from api_client.cache import scoring_api
from api_client.errors import ApiError
from components import markup, say
from components.error_panel import show_error
from components.glossary import glossary
from components.layout import card
from session.language import _
from session.namesakes import told_apart
from session.user import person
from texts import monitoring
from texts.formats import moment

LONGEST_NOTE, LONGEST_NAME = 2000, 200
# In the address, as the mails of monitoring link here.
CAUSE = "cause"
SIGNS = {"info": "ℹ", "warning": "!", "critical": "✕"}


def show() -> None:
    say.title(_("Alerts"))
    say.text(
        _(
            "Monitoring compares the clients scored lately with those the model learnt "
            "from and says here what needs a person's eye."
        )
    )
    names = {"open": _("Open"), "closed": _("Closed"), "all": _("All")}
    cause = st.query_params.get(CAUSE, "")
    status = st.segmented_control(
        _("Alerts shown"),
        list(names),
        # What a mail tells of may have ended since.
        default="all" if cause else "open",
        format_func=names.__getitem__,
        key="alert_status",
        required=True,
        label_visibility="collapsed",
    )
    with st.spinner(_("Fetching…")):
        alerts = scoring_api().alerts(str(status))
    alerts = sorted(alerts, key=lambda alert: alert.cause != cause)
    if not alerts:
        say.success(_("Nothing here: no alert of this kind."))
    else:
        glossary()
    for alert in alerts:
        with card(f"alert_{alert.id}"):
            _alert(alert)


def _alert(alert: Alert) -> None:
    severities = {
        "info": _("For information"),
        "warning": _("Warning"),
        "critical": _("Critical"),
    }
    sign, severity = SIGNS.get(alert.severity, "!"), severities.get(alert.severity)
    texts = monitoring.members(alert.evidence.get("texts"))
    title = monitoring.translated(texts.get("title"), alert.title)
    st.html(markup.alert(sign, severity or alert.severity, title, alert.severity))
    members = [
        (_("What"), "what", alert.what),
        (_("How sure"), "certainty", alert.certainty),
        (_("What to do"), "action", alert.action),
    ]
    pairs = [
        (label, monitoring.translated(texts.get(name), english))
        for label, name, english in members
    ]
    st.html(markup.terms([pair for pair in pairs if pair[1]]))
    st.html(markup.small(*_dates(alert)))
    if alert.status == "open" and not alert.acknowledged_at:
        _acknowledge(alert)


def _dates(alert: Alert) -> list[str]:
    lines = [
        _(
            "Opened on {opened}, last seen on {updated}.",
            opened=moment(alert.opened_at),
            updated=moment(alert.updated_at),
        )
    ]
    if alert.closed_at:
        lines.append(_("Closed on {moment}.", moment=moment(alert.closed_at)))
    if alert.acknowledged_at:
        acknowledged = _(
            "Acknowledged by {name} on {moment}.",
            name=told_apart(alert.acknowledged_by, alert.signer),
            moment=moment(alert.acknowledged_at),
        )
        lines.append(f"{acknowledged} {alert.note or ''}".strip())
    return lines


def _acknowledge(alert: Alert) -> None:
    someone = person()
    name = someone.name if someone else ""
    with st.expander(_("Acknowledge"), key=f"seen_{alert.id}"):
        with st.form(f"form_{alert.id}", border=False):
            if not name:
                name = st.text_input(
                    _("Your name"),
                    key=f"by_{alert.id}",
                    max_chars=LONGEST_NAME,
                )
            note = st.text_input(
                _("Note (what you will do about it)"),
                key=f"note_{alert.id}",
                max_chars=LONGEST_NOTE,
            )
            sent = st.form_submit_button(_("I have seen it"), key=f"send_{alert.id}")
        if sent and not (name or "").strip():
            say.error(_("Give your name: it stays on record with the alert."))
        elif sent:
            _send(alert, str(name).strip(), (note or "").strip())


def _send(alert: Alert, name: str, note: str) -> None:
    try:
        with st.spinner(_("Recording…")):
            scoring_api().acknowledge(alert.id, name, note)
    except ApiError as error:
        show_error(error, f"again_{alert.id}")
        return
    st.rerun()


if __name__ == "__main__":
    show()
