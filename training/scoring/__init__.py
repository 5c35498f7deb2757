"""A portfolio scored in one go, and a policy tried on it."""
