"""Placement rules, one file each: at which price an order that shall fill is sent."""
