"""The bundle for a bug report: what the platform knows of itself, with every secret taken out."""
