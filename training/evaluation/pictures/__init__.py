"""What a training draws."""
