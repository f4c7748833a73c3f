"""The command line: each module but `main` is a command; what they share is in `support`."""
