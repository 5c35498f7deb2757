"""What has moved, and whether by chance."""
