"""CloudWatch alarms that ring: evaluated by AWS's documented rules, on the sandbox's clock."""
