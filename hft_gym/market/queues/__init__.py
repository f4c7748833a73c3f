"""Queue models, one file each: where our order stands among the others at its price."""
