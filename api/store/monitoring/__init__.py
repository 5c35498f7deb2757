"""What analysts post: reports and alerts."""
