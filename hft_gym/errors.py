"""Errors that a user can mend: one line that says what is wrong, where, and what to do."""


class HftGymError(Exception):
    """Something the user gave cannot be used; a command prints the message and exits with 2."""


class InputError(HftGymError):
    """A file or folder cannot be read as market data (or as a run)."""


class ConfigError(HftGymError):
    """A configuration value is unknown or out of range."""
