"""Lots at each price, kept from the rows of a tape."""
