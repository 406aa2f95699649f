"""One folder per model; nothing outside a model's folder needs editing to add it."""
