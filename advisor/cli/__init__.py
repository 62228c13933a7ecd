"""The command line: parses and prints; imports the rest inside its commands."""
