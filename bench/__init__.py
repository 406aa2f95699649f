"""Measurements against peers, in one run, printed as ratios; nothing here is a test."""
