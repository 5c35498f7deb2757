"""A run of the monitor: take new events, look, report, alert."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from training.config import Settings
from training.errors import ConfigurationError, TrainingError
from training.language import SOURCE
from training.monitoring import report
from training.monitoring.alerts import delivery, outbox, texts
from training.monitoring.alerts.lifecycle import AlertChange, Alerts, Signal, signals
from training.monitoring.challenger import read_challenger, shadow
from training.monitoring.events.api_client import Api
from training.monitoring.events.ingest import fetch, mature
from training.monitoring.events.state import State, open_state, renew
from training.monitoring.evidently_report import draw
from training.monitoring.statistics import outcome_tests
from training.monitoring.statistics.outcome_tests import LOOKS, OUTCOMES, OutcomeLook
from training.monitoring.statistics.reference import Reference, read_reference
from training.monitoring.statistics.window_tests import (
    LEAD,
    SCALES,
    WINDOW,
    ScaleTests,
    compare_windows,
)

# So many looks at once: what is in memory stays small however much has come.
CHUNK = 200
CALM = 0.01


def monitor(
    api_url: str,
    bundle: Path,
    folder: Path,
    settings: Settings,
    *,
    window: int = WINDOW,
    mature_days: int = 0,
    challenger: Path | None = None,
    every: float | None = None,
    progress: Callable[[str], None],
) -> None:
    """Run once, or again every so many minutes.

    Raises:
        TrainingError: a setting or the bundle cannot be used, or, when run once, the
            API refused or gave no answer.
    """
    if not settings.api_key:
        raise ConfigurationError("TRAINING_API_KEY: expected a key with role analyst")
    delivery.check(settings)
    api = Api(api_url.rstrip("/"), settings.api_key)
    while True:
        try:
            # Read again each time: a new model may have been exported meanwhile.
            reference = read_reference(bundle)
            columns = len(reference.columns)
            with open_state(folder, reference.bundle_sha256, columns, window) as state:
                if renew(state):
                    progress(
                        "state: an earlier version counted otherwise; counting all"
                        " events anew, one decision per application, with its rules"
                    )
                run(api, reference, state, settings, mature_days, progress=progress)
                if challenger is not None:
                    other = read_challenger(reference, challenger)
                    conclusion = shadow(api, reference, state, other, progress=progress)
                    outbox.deliver(state, api, settings, progress=progress)
                    progress(conclusion[SOURCE].splitlines()[0])
        except TrainingError as error:
            if every is None:
                raise
            progress(f"error: {error}; trying again in {every:g} minutes")
        if every is None:
            return
        time.sleep(60 * every)


def run(
    api: Api,
    reference: Reference,
    state: State,
    settings: Settings,
    mature_days: int = 0,
    *,
    progress: Callable[[str], None],
) -> None:
    """One run. What an interrupted one left to send is sent first."""
    outbox.deliver(state, api, settings, progress=progress)
    fetch(api, reference, state, progress=progress)
    before = datetime.now(UTC) - timedelta(days=mature_days)
    mature(state, before.isoformat(timespec="microseconds"))
    changes = _look(api, reference, state, settings, progress)
    progress(
        f"{state.decisions:,} decisions, {state.fact('looked', 0):,} windows,"
        f" {state.outcomes:,} outcomes; {changes} changes of alerts"
    )
    outbox.deliver(state, api, settings, progress=progress)


def _look(
    api: Api,
    reference: Reference,
    state: State,
    settings: Settings,
    progress: Callable[[str], None],
) -> int:
    """Take the looks that are due, and commit what they say as one."""
    looked, seen = state.fact("looked", 0), state.fact("looked_outcomes", 0)
    complete = state.decisions // state.window
    counted = state.outcomes // OUTCOMES * OUTCOMES
    if complete == looked and counted == seen:
        return 0
    alerts = Alerts(reference, state)
    changes: list[AlertChange] = []
    scales: list[ScaleTests] = []
    for first in range(looked, complete, CHUNK):
        end = min(first + CHUNK, complete)
        scales, decision_changes = _decisions(reference, state, alerts, first, end)
        changes += decision_changes
    outcomes = _outcomes(reference, state, seen, counted, complete)
    for at, signal in _outcome_signals(outcomes):
        changes += alerts.advance([signal], at, texts.severity)
    changed = {change.cause for change in changes}
    refreshed = [
        AlertChange.of(name, cause, "refreshed")
        for name, cause in alerts.causes.items()
        if cause.status == "open" and name not in changed
    ]
    drawn = draw(reference, state.newest()) if scales else None
    with state.transaction():
        state.keep(looked=complete, looked_outcomes=counted)
        if scales:
            document = report.production(reference, state, scales, alerts.causes)
            conclusion = report.conclude(reference, document)
            token = f"production-{complete}"
            outbox.put_report(state, "production", conclusion, document, drawn, token)
        for change in (*changes, *refreshed):
            outbox.put_alert(state, reference, change, settings, api.url)
        if outcomes:
            conclusion = report.conclude_performance(reference, outcomes[-1])
            document = report.realised(reference, state, outcomes)
            token = f"performance-{counted}"
            outbox.put_report(state, "performance", conclusion, document, None, token)
        alerts.save()
    for change in changes:
        progress(f"alert {change.what}: {change.severity} {change.cause}")
    return len(changes)


def _decisions(
    reference: Reference, state: State, alerts: Alerts, first: int, end: int
) -> tuple[list[ScaleTests], list[AlertChange]]:
    """The looks at the windows from `first` to before `end`."""
    start = max(0, first - LEAD)
    scales = compare_windows(reference, state.windows(start, end))
    changes = []
    for number in range(first, end):
        raised = signals(reference, scales, number - start, alerts.causes)
        changes += alerts.advance(raised, number, texts.severity)
    return scales, changes


def _outcomes(
    reference: Reference, state: State, seen: int, counted: int, windows: int
) -> list[OutcomeLook]:
    """The looks at outcomes that are due."""
    start = max(0, seen - max(LOOKS))
    margin, target = state.labelled(start, counted)
    scores = state.scores(max(0, windows - max(SCALES)), windows)
    counts = scores.sum(axis=0) if len(scores) else None
    return outcome_tests.look_at_outcomes(
        reference, margin, target, counts=counts, start=start, seen=seen
    )


def _outcome_signals(looks: list[OutcomeLook]) -> Iterator[tuple[int, Signal]]:
    """One signal per moment at which outcomes were looked at."""
    for outcomes in sorted({look.outcomes for look in looks}):
        taken = [look for look in looks if look.outcomes == outcomes]
        raised = [look for look in taken if look.raised]
        newest = min(taken, key=lambda look: look.size)
        best = min(raised or taken, key=lambda look: look.p)
        evidence = {**best.to_json(), "effect": best.auc_drop}
        sizes = tuple(look.size // OUTCOMES for look in raised)
        calm = newest.p > CALM
        yield outcomes // OUTCOMES, Signal("performance", sizes, calm, evidence)
