"""Decisions, and what follows from one."""
