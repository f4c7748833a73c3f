"""The shadow-order test: ours in the place of a real order, whose fate is known."""
