"""Sample strategies, each compiled and as a plain Python class."""
