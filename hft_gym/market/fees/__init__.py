"""Fee schedules, one file each."""
