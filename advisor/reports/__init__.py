"""One recommendation, many formats."""
