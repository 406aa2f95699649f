"""A model's life in the report: week by week, what rang and why, what came of it."""
