"""The dashboard's modules on the path as Streamlit puts them there, and a fake API."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DASHBOARD = HERE.parents[1] / "dashboard"
sys.path[:0] = [str(DASHBOARD), str(HERE)]

import streamlit as st  # noqa: E402
from fake_api import KEY, FakeApi  # noqa: E402

from config import settings  # noqa: E402


@pytest.fixture(autouse=True)
def settings_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read anew; a test that sets the environment later clears them again."""
    monkeypatch.setenv("DASHBOARD_API_KEY", KEY)
    monkeypatch.setenv("DASHBOARD_CURRENCY", "EUR")
    settings.cache_clear()


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    """A running fake API that the environment points to."""
    fake = FakeApi()
    fake.start()
    monkeypatch.setenv("DASHBOARD_API_URL", fake.url)
    monkeypatch.setenv("DASHBOARD_TIMEOUT_SECONDS", "5")
    st.cache_resource.clear()
    yield fake
    fake.stop()


@pytest.fixture(autouse=True)
def no_search_for_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest looks through every installed package, at every start, for none."""
    searching = "streamlit.components.v2.component_manager.BidiComponentManager"
    monkeypatch.setattr(
        f"{searching}.discover_and_register_components", lambda *_, **__: None
    )


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api_client.transport.PAUSE_SECONDS", 0.001)
