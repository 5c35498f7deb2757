"""Events: recorded in one hash chain, verified, exported."""
