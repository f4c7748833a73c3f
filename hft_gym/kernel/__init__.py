"""Compiling, caching, plugging, random numbers, id map, columns by address; no market here."""
