"""What runs now: release lines, endpoints and their health."""
