"""Runs Python programs for the engine where the stock language host cannot be had."""
