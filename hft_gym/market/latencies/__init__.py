"""Latency models, one file each."""
