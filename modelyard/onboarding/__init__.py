"""From a file of one's own to a model folder: read, infer, decide, write, tell."""
