"""Measurements, one file a room: `python -m benchmarks.env --json`."""
