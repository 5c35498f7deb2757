"""Have the clients changed since the model learnt, and does it still hold?"""

from __future__ import annotations

import streamlit as st

from api_client.answers import Report
from api_client.cache import current_model, scoring_api
from api_client.errors import NotFound, Refused
from charts.over_time import course_chart
from charts.over_time_series import MEASURES, courses, table
from components import markup, report_page, say
from components.glossary import glossary
from components.layout import card, chart
from session.language import _, mark
from texts import monitoring
from texts.formats import moment

HEIGHT = 900
KINDS = {
    "train_test": mark("Training against test"),
    "production": mark("Training against production"),
    "performance": mark("Performance over time"),
}
MEANINGS = {
    "train_test": mark(
        "Do the clients to be scored look like those the model learnt from?"
    ),
    "production": mark(
        "Do the clients scored lately look like those the model learnt from?"
    ),
    "performance": mark("Does the model still do as well as when it was made?"),
}
HOW = {
    "train_test": "python -m training drift",
    "production": "python -m training monitor",
    "performance": "python -m training monitor",
}


def show() -> None:
    say.title(_("Drift"))
    say.text(
        _(
            "A model is only as good as its clients are like those it learnt from. "
            "When they change, that is drift: its answers may need a closer look, or "
            "the model new training."
        )
    )
    kind = st.segmented_control(
        _("Report"),
        list(KINDS),
        default="train_test",
        format_func=lambda kind: _(KINDS[kind]),
        key="report_kind",
        required=True,
        label_visibility="collapsed",
    )
    _show_kind(str(kind))


def _show_kind(kind: str) -> None:
    try:
        with st.spinner(_("Fetching…")):
            report = scoring_api().latest_report(kind)
    except (NotFound, Refused):
        say.info(
            _("There is no such report yet. “{command}” makes one.", command=HOW[kind])
        )
        return
    if report.kind != kind:
        say.info(
            _("There is no such report yet. “{command}” makes one.", command=HOW[kind])
        )
        return
    with card("conclusion"):
        say.caption(f"{_(MEANINGS[kind])} " + _made(report))
        texts = report.report.get("conclusion")
        say.written(monitoring.translated(texts, report.conclusion))
        glossary()
    if kind != "train_test":
        _performance(report)
    _report(report)


def _made(report: Report) -> str:
    return _("Made on {moment}.", moment=moment(report.created_at))


def _performance(report: Report) -> None:
    with card("performance"):
        st.html(markup.heading(_("Over time")))
        by_name = {
            course.name: course
            for course in courses(report, scoring_api(), current_model())
        }
        if not by_name:
            say.caption(_("The reports hold no figures to draw."))
            return
        chosen = st.segmented_control(
            _("Measure"),
            list(by_name),
            default=next(iter(by_name)),
            format_func=lambda name: _(MEASURES[name]),
            required=True,
            key=f"measure_{report.kind}",
            label_visibility="collapsed",
        )
        course = by_name[str(chosen)]
        drawn = course_chart(course)
        chart(drawn, "performance", course.sentence, lambda: table(course))


def _report(report: Report) -> None:
    """Its page is large: fetched past this one, and only where it is asked for."""
    if not scoring_api().has_page(report.id):
        return
    address = report_page.address(report.id)
    label = _("The report by Evidently, column by column")
    opened = st.expander(label, key="report", on_change="rerun")
    if opened.open:
        with opened:
            say.caption(
                _(
                    "The report as Evidently, the program behind it, draws it. "
                    "“Reference” are the clients that the model learnt from; a click "
                    "on a row opens it."
                )
            )
            st.html(markup.link(address, _("Open it in full, on a page of its own")))
            with st.container(key="drift_report"):
                st.iframe(address, height=HEIGHT, alt=_("The report by Evidently"))


if __name__ == "__main__":
    show()
