"""The model and its features."""
