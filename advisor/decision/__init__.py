"""What to recommend: lanes, ranking, confidence."""
