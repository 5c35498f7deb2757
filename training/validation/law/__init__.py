"""Drafts of what the AI Act asks for: filled with what is known of a version."""
