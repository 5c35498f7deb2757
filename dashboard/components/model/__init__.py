"""The cards of the page *Model*."""
