"""Action models, one file each: from what an agent says to the quotes it wants."""
