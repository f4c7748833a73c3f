"""Forms of an observation, one file each: what an agent is shown of the features and the book."""
