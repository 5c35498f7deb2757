"""What is kept about clients."""
