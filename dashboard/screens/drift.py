"""Drift: have the clients changed since the model learnt? Evidently's report."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from errors import NotFound
from formats import moment
from loading import drift_html, scoring_api
from model_answers import DriftReport

HEIGHT = 900
FRAME = Path(__file__).parents[1] / "frame.html"
KINDS = {"train_test": "Clients in training against clients to be scored"}


def show() -> None:
    st.title("Drift")
    try:
        report = scoring_api().drift_report()
    except NotFound:
        st.info(
            "There is no drift report yet. `python -m training drift` makes one; "
            "after `python -m training export` the API serves it with its model."
        )
        return
    _conclusion(report)
    _report(report)


def _conclusion(report: DriftReport) -> None:
    with st.container(key="conclusion", border=True):
        st.markdown(report.conclusion)
        kind = KINDS.get(report.kind, report.kind)
        st.caption(f"{kind}. Made on {moment(report.created_at)}.")


def _report(report: DriftReport) -> None:
    with st.spinner("Fetching the report…"):
        html = drift_html(report.report_id)
    st.download_button(
        "Download the full report",
        html,
        file_name=f"drift-{report.created_at:%Y-%m-%d}.html",
        mime="text/html",
        icon=":material/download:",
        on_click="ignore",
        key="download",
    )
    with st.container(key="drift_report"):
        st.iframe(sandboxed(html), height=HEIGHT, alt="Drift report by Evidently")


def sandboxed(html: str) -> str:
    """A page that shows `html`, shrunk to fit, in a frame that cannot reach out.

    The report's scripts run, but can touch neither the dashboard nor its session.
    """
    return FRAME.read_text("utf-8").replace("{{report}}", escape(html))


if __name__ == "__main__":
    show()
