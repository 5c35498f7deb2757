"""What analysts ask about the model."""
