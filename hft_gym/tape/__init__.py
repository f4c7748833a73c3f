"""Recorded or generated orders in, a tape of resolved events out."""
