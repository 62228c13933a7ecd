"""What is known: strict YAML, the typed rule base, claims and their sources."""
