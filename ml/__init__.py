"""What runs on the platform: plain Python in containers that knows nothing of its deployment."""
