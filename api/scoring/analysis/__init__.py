"""What analysts ask about the model, computed when they ask."""
