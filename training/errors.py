"""What training can refuse."""

from __future__ import annotations


class TrainingError(Exception):
    """Base of every error that training raises on purpose: one clear line.

    `exit_status`: what the command ends with.
    """

    exit_status = 1


class TableError(TrainingError):
    """A raw table that cannot be used as it is."""


class ConfigurationError(TrainingError):
    """A setting or an option with a value that cannot be used."""


class NothingToCompare(TrainingError):
    """Applications that cannot be told apart in older and newer ones."""


class PromotionRefused(TrainingError):
    """A model version that must not become the champion."""

    exit_status = 3
