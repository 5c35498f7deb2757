"""Waiting for the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page


def settled(page: Page) -> None:
    """Nothing is being drawn any more: no element is about to be replaced."""
    page.locator("[data-test-script-state=notRunning]").wait_for()
