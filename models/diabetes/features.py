"""Placeholder until the feature code arrives in the next commit."""
