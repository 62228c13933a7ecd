"""What an offer would deliver and cost for given traffic (pure functions)."""
