"""How long a large file takes to become a model folder, and how much memory."""
