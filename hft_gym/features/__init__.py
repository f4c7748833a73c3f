"""What may be known at local time, as numbers."""
