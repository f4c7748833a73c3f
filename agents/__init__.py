"""Learned agents on top of hft_gym: the SB3 adapter, callbacks, run folders, building by config."""
