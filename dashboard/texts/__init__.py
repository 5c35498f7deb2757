"""Sentences and formats."""
