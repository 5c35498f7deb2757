"""The validation file: what somebody else needs to check a model, gaps first."""
