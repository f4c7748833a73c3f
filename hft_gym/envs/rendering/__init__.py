"""Pictures of an environment: the book, trades, our orders and their places, inventory, profit."""
