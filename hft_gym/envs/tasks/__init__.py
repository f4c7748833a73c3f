"""Tasks, one file each: how an episode begins, when it is complete, how it ends."""
