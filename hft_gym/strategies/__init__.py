"""Rules that quote without learning: the baselines an agent has to beat."""
