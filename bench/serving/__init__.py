"""Requests a second beside a plain FastAPI with the same model: `python -m bench.serving`."""
