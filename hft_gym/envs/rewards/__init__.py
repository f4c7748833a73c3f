"""Rewards, one file each, in ticks."""
