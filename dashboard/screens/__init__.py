"""A file per page."""
