"""Limits of our own: what may leave us, and when to stop."""
