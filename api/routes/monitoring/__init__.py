"""Events out, reports and alerts in."""
