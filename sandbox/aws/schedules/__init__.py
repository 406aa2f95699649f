"""EventBridge's schedules, started by the sandbox's clock."""
