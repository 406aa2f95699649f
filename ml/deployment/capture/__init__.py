"""What a model answered, kept on the pod's volume before the answer leaves it."""
