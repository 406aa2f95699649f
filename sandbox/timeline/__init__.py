"""The sandbox's own time: a clock that can be set, and what is due when it moves."""
