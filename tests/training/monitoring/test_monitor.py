"""The monitor against an API: what it counts, reports and alerts."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.training.monitoring.fake_api import FakeApi
from tests.training.monitoring.world import make_bundle
from training.config import Settings
from training.errors import ConfigurationError
from training.monitoring import monitor
from training.monitoring.events import ingest
from training.monitoring.events.api_client import Api, ApiError
from training.monitoring.events.state import State, open_state
from training.monitoring.statistics.reference import Reference, read_reference

WINDOW = 100


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidently takes seconds; it is drawn in its own test."""
    monkeypatch.setattr(monitor, "draw", lambda *_: None)


def watch(fake: FakeApi, reference: Reference, folder: Path, **options: object) -> None:
    monitor.monitor(
        fake.url,
        reference.folder,
        folder,
        Settings(api_key="key"),
        window=WINDOW,
        progress=lambda _: None,
        **options,  # type: ignore[arg-type]
    )


@pytest.fixture
def opened(reference: Reference, tmp_path: Path) -> Iterator[Callable[[], State]]:
    """A copy of the monitor's state, whenever it is called."""
    with ExitStack() as stack:

        def copy() -> State:
            columns = len(reference.columns)
            digest = reference.bundle_sha256
            with open_state(tmp_path, digest, columns, WINDOW) as state:
                beside = sqlite3.connect(":memory:", isolation_level=None)
                stack.enter_context(closing(beside))
                state.connection.backup(beside)
                return State(beside, state.columns)

        yield copy


def test_a_shift_opens_one_alert_that_closes_when_it_is_over(
    fake: FakeApi, reference: Reference, tmp_path: Path
) -> None:
    fake.events.decide(1000)
    watch(fake, reference, tmp_path)
    assert fake.alerts == []
    assert fake.reports[0]["kind"] == "production"
    fake.events.decide(500, shift=1.0)
    watch(fake, reference, tmp_path)
    causes = {one["cause"]: one for one in fake.alerts}
    assert set(causes) == {"feature:FIRST", "score"}
    alert = causes["feature:FIRST"]
    assert alert["status"] == "open"
    assert alert["severity"] == "warning"
    assert "standard deviations higher" in alert["what"]
    texts = alert["evidence"]["texts"]
    assert texts["what"]["en"] == alert["what"]
    assert "écarts-types plus haut" in texts["what"]["fr"]
    assert texts["title"]["fr"] == "«\u202fFirst\u202f» a bougé"
    assert alert["report_id"] == "report-2"
    assert alert["evidence"]["p"] < 1e-3
    fake.events.decide(1200)
    watch(fake, reference, tmp_path)
    assert [one["status"] for one in fake.alerts] == ["closed", "closed"]
    assert "Nothing has changed" in fake.reports[-1]["conclusion"]
    made = fake.reports[-1]["report"]
    assert made["conclusion"]["en"] == fake.reports[-1]["conclusion"]
    assert (
        "**Rien n'a changé qui mérite une alerte.** 2\u202f700"
        in (made["conclusion"]["fr"])
    )
    assert made["events"]["decisions"] == 2700
    assert sum(made["series"]["decisions"]) == 2700
    assert max(made["series"]["psi"]["FIRST"]) > 0.25
    assert len(made["features"]) == 4


def test_broken_event_pages_restarts_and_repeated_events_count_once(
    fake: FakeApi, reference: Reference, tmp_path: Path, opened: Any
) -> None:
    decided = fake.events.decide(250)
    fake.events.lines.append({**decided[0], "sequence": fake.events.sequence + 1})
    fake.events.sequence += 1
    fake.events.outcome(decided[3], True)
    fake.events.outcome(decided[3], False)
    fake.events.review(decided[4], "confirmed")
    fake.events.review(decided[4], "overridden")
    fake.trouble += [503, 0, 502]
    watch(fake, reference, tmp_path)
    watch(fake, reference, tmp_path)
    state = opened()
    assert state.decisions == 250
    assert state.fact("duplicates") == 1
    assert state.scalar("SELECT sum(counted) FROM windows") == 250
    assert state.labelled(0, 10)[1].tolist() == [0.0]
    assert state.windows(0, 2).decisions.tolist() == [100, 100]
    assert state.scalar("SELECT sum(overridden) FROM reviews") == 1


def five_looks_at_one_and_one_at_four(fake: FakeApi) -> list[dict[str, Any]]:
    """The first decision of each of five clients; the first one's four repeats last."""
    firsts = [fake.events.decide(1, client=f"client-{i}")[0] for i in range(5)]
    return firsts + fake.events.decide(4, shift=3.0, client="client-0")


def counted(state: State) -> dict[str, Any]:
    """All that rates and distances are made of."""
    windows = {
        name: one.tolist()
        for name, one in vars(state.windows(0, 9)).items()
        if name != "rates"
    }
    scores, newest = state.scores(0, 9).tolist(), state.newest()[:, -1].tolist()
    return windows | {"scores": scores, "newest": newest, "of": state.decisions}


def test_a_client_looked_at_five_times_is_one_decision(
    fake: FakeApi,
    reference: Reference,
    tmp_path: Path,
    opened: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    five_looks_at_one_and_one_at_four(fake)
    repeats = fake.events.lines[5:]
    # Within a page, across pages and across runs.
    monkeypatch.setattr(ingest, "PAGE", 4)
    fake.events.lines[5:] = repeats[:2]
    watch(fake, reference, tmp_path)
    fake.events.lines += repeats[2:]
    watch(fake, reference, tmp_path)
    state = opened()
    assert state.decisions == 5
    assert state.windows(0, 1).decisions.tolist() == [5]
    assert state.scalar("SELECT count(*) FROM repeats") == 4
    assert (state.fact("duplicates", 0), state.fact("of_other_models", 0)) == (0, 0)
    fake.events.lines[5:] = []
    watch(fake, reference, tmp_path / "without")
    columns, digest = len(reference.columns), reference.bundle_sha256
    with open_state(tmp_path / "without", digest, columns, WINDOW) as without:
        assert counted(state) == counted(without)


def test_decisions_that_name_no_client_each_count(
    fake: FakeApi, reference: Reference, tmp_path: Path, opened: Any
) -> None:
    fake.events.decide(60)
    fake.events.decide(140, shift=3.0, client="the-same")
    watch(fake, reference, tmp_path)
    assert opened().windows(0, 2).decisions.tolist() == [61]
    assert fake.alerts == []


def test_outcomes_and_reviews_of_a_repeated_decision_count_for_the_first(
    fake: FakeApi, reference: Reference, tmp_path: Path, opened: Any
) -> None:
    first, *others = five_looks_at_one_and_one_at_four(fake)
    third, fifth = others[-3], others[-1]
    fake.events.outcome(third, True)
    fake.events.review(first, "confirmed")
    watch(fake, reference, tmp_path)
    fake.events.outcome(fifth, False)
    fake.events.outcome(first, True)
    fake.events.outcome(others[0], False)
    fake.events.review(fifth, "confirmed")
    fake.events.review(third, "overridden")
    watch(fake, reference, tmp_path)
    state = opened()
    margin, target = state.labelled(0, 10)
    assert margin.tolist() == [first["margin"], others[0]["margin"]]
    assert target.tolist() == [1.0, 0.0]
    assert state.fact("unmatched_outcomes", 0) == 0
    windows = state.windows(0, 1)
    assert (windows.reviewed.tolist(), windows.overridden.tolist()) == ([1], [1])
    assert state.outcome_of() == {first["event_id"]: True, others[0]["event_id"]: False}


def test_a_decision_under_another_model_counts_for_that_model(
    fake: FakeApi, reference: Reference, tmp_path: Path
) -> None:
    other = make_bundle(tmp_path / "other", seed=5, version="2")
    again = five_looks_at_one_and_one_at_four(fake)[-2:]
    for one in again:
        one["bundle_sha256"] = other.bundle_sha256
    for bundle, decisions, of_others in ((reference, 5, 2), (other, 1, 7)):
        watch(fake, bundle, tmp_path / "state")
        columns, digest = len(bundle.columns), bundle.bundle_sha256
        with open_state(tmp_path / "state", digest, columns, WINDOW) as state:
            assert state.decisions == decisions
            assert state.fact("of_other_models") == of_others


def test_a_challenger_is_compared_once_per_application(
    fake: FakeApi, reference: Reference, tmp_path: Path
) -> None:
    five_looks_at_one_and_one_at_four(fake)
    watch(fake, reference, tmp_path, challenger=reference.folder)
    assert fake.reports[-1]["report"]["decisions"] == 5


# The counts of the version that counted every decision.
EARLIER = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE decisions (
    number INTEGER PRIMARY KEY, event_id BLOB NOT NULL UNIQUE,
    sequence INTEGER NOT NULL, created_at TEXT NOT NULL, client TEXT,
    margin REAL NOT NULL);
CREATE TABLE windows (
    number INTEGER PRIMARY KEY, counts BLOB NOT NULL, scores BLOB NOT NULL,
    counted INTEGER NOT NULL, repeated INTEGER NOT NULL, unknown INTEGER NOT NULL,
    refused INTEGER NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL);
CREATE TABLE alerts (cause TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL, token TEXT NOT NULL,
    body BLOB NOT NULL);
INSERT INTO facts VALUES ('id', '"before"'), ('window', '100'), ('cursor', '999'),
    ('looked', '3');
INSERT INTO decisions VALUES (0, x'00', 1, '2026', 'client-0', 0.5),
    (1, x'01', 2, '2026', 'client-0', 0.5);
INSERT INTO windows VALUES (0, x'', x'', 1, 1, 0, 0, '2026', '2026');
INSERT INTO alerts VALUES ('score', '{"status": "open", "quiet": 1}'),
    ('feature:FIRST', '{"status": "closed", "closed_at": 2}');
INSERT INTO outbox VALUES
    (1, 'report', 'before-production-3', CAST('{"kind": "late"}' AS BLOB));
"""


def test_a_state_of_the_version_that_counted_every_decision_is_counted_anew(
    fake: FakeApi, reference: Reference, tmp_path: Path, opened: Any
) -> None:
    path = tmp_path / f"{reference.bundle_sha256[:16]}.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(EARLIER)
    five_looks_at_one_and_one_at_four(fake)
    said: list[str] = []
    for _ in range(2):
        monitor.monitor(
            fake.url,
            reference.folder,
            tmp_path,
            Settings(api_key="key"),
            window=WINDOW,
            progress=said.append,
        )
    assert sum("counting all events anew" in line for line in said) == 1
    state = opened()
    assert (state.decisions, state.fact("looked", 0)) == (5, 0)
    assert [one["kind"] for one in fake.reports] == ["late"]
    assert state.scalar("SELECT group_concat(cause) FROM alerts") == "score"
    assert state.fact("id") != "before"


def test_outcomes_wait_until_their_decision_is_old_enough(
    fake: FakeApi, reference: Reference, tmp_path: Path, opened: Any
) -> None:
    for one in fake.events.decide(120):
        fake.events.outcome(one, False)
    watch(fake, reference, tmp_path, mature_days=36500)
    assert opened().outcomes == 0
    watch(fake, reference, tmp_path)
    assert opened().outcomes == 120


def test_outcomes_that_scores_did_not_expect_raise_the_performance_alert(
    fake: FakeApi, reference: Reference, tmp_path: Path
) -> None:
    draw = random.Random(0)
    for one in fake.events.decide(4000):
        if one["decision"] == "granted":
            fake.events.outcome(one, draw.random() < 3 * one["probability"])
    watch(fake, reference, tmp_path)
    alerts = {one["cause"]: one for one in fake.alerts}
    assert alerts["performance"]["severity"] == "critical"
    assert "expect" in alerts["performance"]["what"]
    told = [one for one in fake.reports if one["kind"] == "performance"]
    assert told[-1]["report"]["looks"]
    assert "differs from" in told[-1]["conclusion"]
    assert "diffèrent de" in told[-1]["report"]["conclusion"]["fr"]


def test_events_of_another_model_are_left_out_and_counted(
    fake: FakeApi, reference: Reference, tmp_path: Path, opened: Any
) -> None:
    for one in fake.events.decide(30)[:10]:
        one["bundle_sha256"] = "another"
    watch(fake, reference, tmp_path)
    state = opened()
    assert (state.decisions, state.fact("of_other_models")) == (20, 10)


def test_the_challenger_is_compared_on_the_same_events(
    fake: FakeApi, reference: Reference, tmp_path: Path
) -> None:
    other = make_bundle(tmp_path / "other", seed=5, version="2")
    draw = random.Random(0)
    for one in fake.events.decide(1000):
        if one["decision"] == "granted":
            fake.events.outcome(one, draw.random() < one["probability"])
    watch(fake, reference, tmp_path / "state", challenger=other.folder)
    found = fake.reports[-1]
    assert found["kind"] == "challenger"
    made = found["report"]
    assert made["decisions"] == 1000
    swapped = made["swap_in"]["decisions"] + made["swap_out"]["decisions"]
    assert 0 < made["changed"] == swapped < 200
    assert made["realised"]["outcomes"] > 200
    assert "Promotion would have changed" in found["conclusion"]
    assert "La promotion aurait changé" in made["conclusion"]["fr"]
    watch(fake, reference, tmp_path / "state", challenger=reference.folder)
    assert fake.reports[-1]["report"]["changed"] == 0


def test_killed_at_any_moment_it_counts_every_event_once(
    fake: FakeApi, reference: Reference, tmp_path: Path, opened: Any
) -> None:
    decided = fake.events.decide(1000, shift=1.0)
    for one in decided[:300]:
        fake.events.outcome(one, False)
    wait = random.Random()
    code = (
        "import sys; from training.monitoring import ingest, monitor;"
        "ingest.PAGE = 60; monitor.draw = lambda *_: None;"
        "from training.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "monitor", f"--api={fake.url}"]
    command += [f"--bundle={reference.folder}", f"--state={tmp_path}"]
    environment = {**os.environ, "TRAINING_API_KEY": "key"}
    begun = len(fake.pages)
    for _ in range(3):
        process = subprocess.Popen(
            [*command, f"--window={WINDOW}"],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        while len(fake.pages) == begun and process.poll() is None:
            time.sleep(0.005)
        time.sleep(wait.random() * 0.4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        begun = len(fake.pages)
    watch(fake, reference, tmp_path)
    state = opened()
    assert state.decisions == 1000
    assert state.outcomes == 300
    assert state.windows(0, 10).counts[:, 0].sum() == 1000
    assert state.scalar("SELECT count(*) FROM outbox") == 0
    assert len([one for one in fake.alerts if one["cause"] == "feature:FIRST"]) == 1
    assert [r["kind"] for r in fake.reports].count("production") == 1


def test_two_monitors_do_not_share_a_state(
    reference: Reference, tmp_path: Path
) -> None:
    columns = len(reference.columns)
    with open_state(tmp_path, reference.bundle_sha256, columns, WINDOW):
        with pytest.raises(ConfigurationError, match="another monitor"):
            with open_state(tmp_path, reference.bundle_sha256, columns, WINDOW):
                pass
    with pytest.raises(ConfigurationError, match="windows of 100"):
        with open_state(tmp_path, reference.bundle_sha256, columns, 50):
            pass


def test_a_refusal_of_the_api_is_one_clear_line(fake: FakeApi) -> None:
    fake.trouble.append(401)
    with pytest.raises(ApiError, match="GET /v1/events: status 401"):
        Api(fake.url, "wrong").events(0, 10, "none")
    api = Api("http://127.0.0.1:9", "key", retries=1)
    with pytest.raises(ApiError, match="gave up"):
        api.events(0, 10, "none")


def test_an_altered_reference_is_refused(reference: Reference, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(reference.folder, tmp_path / "bundle")
    with (tmp_path / "bundle" / "reference.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ConfigurationError, match=r"reference\.parquet"):
        read_reference(tmp_path / "bundle")


def test_every_page_of_events_is_fetched(
    fake: FakeApi,
    reference: Reference,
    tmp_path: Path,
    opened: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ingest, "PAGE", 40)
    fake.events.decide(100)
    watch(fake, reference, tmp_path)
    assert opened().decisions == 100
    assert len(fake.pages) == 4


def by_rule(
    fake: FakeApi, count: int, every: int, policy: str = "a" * 64
) -> list[dict[str, Any]]:
    """Decisions by a policy whose rule YOUNG refers each so manieth."""
    decided = fake.events.decide(count)
    for at, one in enumerate(decided):
        fired = at % every == 0
        one |= {"policy": policy, "fired": ["YOUNG"] if fired else [], "unknown": []}
        one["recommendation"] = "referred" if fired else one["decision"]
    return decided


def test_a_rule_that_fires_more_often_is_an_alert_until_another_policy_serves(
    fake: FakeApi, reference: Reference, tmp_path: Path
) -> None:
    by_rule(fake, 2000, every=10)
    watch(fake, reference, tmp_path)
    assert fake.alerts == []
    by_rule(fake, 400, every=3)
    watch(fake, reference, tmp_path)
    alerts = {one["cause"]: one for one in fake.alerts}
    assert set(alerts) == {"rule:YOUNG", "recommendation:referred"}
    alert = alerts["rule:YOUNG"]
    assert "Rule YOUNG fires" in alert["what"]
    assert "2,000 before them" in alert["certainty"]
    assert "règle YOUNG" in alert["evidence"]["texts"]["what"]["fr"]
    made = fake.reports[-1]["report"]
    told = {one["rate"]: one for one in made["rates"]}
    assert (told["rule:YOUNG"]["of"], told["rule:YOUNG"]["of_before"]) == (1600, 800)
    assert max(made["series"]["referred"]) == 0.34
    assert "| La règle YOUNG s'applique |" in made["conclusion"]["fr"]
    # One that is meant to do otherwise is no news, and what the old one did is over.
    by_rule(fake, 800, every=1, policy="b" * 64)
    watch(fake, reference, tmp_path)
    assert {one["status"] for one in fake.alerts} == {"closed"}
    assert len(fake.alerts) == 2


def test_an_officer_who_overrides_and_people_who_take_longer_are_alerts(
    fake: FakeApi, reference: Reference, tmp_path: Path
) -> None:
    def reviewed(windows: int, action: str, day: int) -> None:
        for _ in range(windows):
            for at, one in enumerate(by_rule(fake, WINDOW - 1, every=1)):
                made = fake.events.review(one, action if at % 2 else "confirmed")
                moment = f"2026-11-{day}T12:59:59.000000Z"
                made |= {"officer": f"{at % 2:064}", "created_at": moment}
            by_rule(fake, 1, every=1)

    reviewed(12, "confirmed", 24)
    watch(fake, reference, tmp_path)
    first = fake.events.review(fake.events.lines[0], "overridden")
    first |= {"officer": "f" * 64, "final": False}
    reviewed(4, "overridden", 26)
    watch(fake, reference, tmp_path)
    causes = {one["cause"] for one in fake.alerts}
    overridden = {"override_rate", "rule_override:YOUNG", f"officer_override:{1:064}"}
    assert causes == {*overridden, "waiting:24"}
    (waiting,) = [one for one in fake.alerts if one["cause"] == "waiting:24"]
    assert "over a day" in waiting["what"]
    assert fake.reports[-1]["report"]["series"]["hours"][-1] > 24
