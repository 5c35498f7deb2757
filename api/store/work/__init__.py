"""What waits for people, who works on it, and what came to stand of it."""
