"""One module per pipeline step: read, call the pure step, write."""
