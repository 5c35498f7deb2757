"""What each chapter says, of one version."""
