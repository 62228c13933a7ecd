"""What follows from the answers: compiled rules over sets of possible values."""
