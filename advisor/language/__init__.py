"""Text to typed form: unary tests, conditions, expressions, units."""
