"""The database; only here are tables queried."""
