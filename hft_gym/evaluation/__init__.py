"""Judging a policy on held-out windows: episodes, metrics, table, picture, report."""
