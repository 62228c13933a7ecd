"""Screens of the terminal interface; each has its style sheet beside it."""
