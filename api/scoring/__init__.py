"""Probability, decision and explanation."""
