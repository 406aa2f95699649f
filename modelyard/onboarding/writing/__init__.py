"""A plan as the files of a model folder."""
