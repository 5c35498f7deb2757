"""What analysts look for in a model, beyond how good it is."""
