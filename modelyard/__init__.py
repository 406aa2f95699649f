"""The `modelyard` command: parses what was typed, calls the rooms, prints what came of it."""
