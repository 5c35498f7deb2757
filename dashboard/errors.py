"""Everything that can go wrong on the dashboard, one class per thing to tell."""

from __future__ import annotations


class DashboardError(Exception):
    """Base of every error the dashboard knows how to put in a plain sentence."""


class ConfigError(DashboardError):
    """A setting is missing or cannot be used."""
