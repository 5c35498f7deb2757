"""Drift: have the clients changed since the model learnt? Evidently's report."""

from __future__ import annotations

from html import escape

import streamlit as st
from errors import NotFound
from formats import moment
from loading import drift_html, scoring_api
from model_answers import DriftReport

HEIGHT = 900
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
    """A page holding `html` in a frame whose scripts cannot reach the dashboard."""
    return (
        "<!doctype html><style>html,body,iframe{margin:0;border:0;width:100%;"
        "height:100%;display:block}</style>"
        '<iframe title="Evidently" sandbox="allow-scripts allow-downloads" '
        f'srcdoc="{escape(html)}"></iframe>'
    )


if __name__ == "__main__":
    show()
