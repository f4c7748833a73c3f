"""Tests of hft_gym.tape."""
