"""Who looks, and what is on their screen."""
