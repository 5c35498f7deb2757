"""Sentences about one client."""
