"""What the verdict says, as styled text: pure functions of a recommendation and a width."""
