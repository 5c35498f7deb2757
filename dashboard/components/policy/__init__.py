"""Pieces of the page about the lender's policy."""
