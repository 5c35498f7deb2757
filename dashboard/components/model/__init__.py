"""The cards of the model's page."""
