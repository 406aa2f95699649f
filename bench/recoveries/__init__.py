"""How long the platform takes to recover from each fault that the tests inject."""
