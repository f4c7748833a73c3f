"""What happened to our orders, kept while it happens and read afterwards."""
