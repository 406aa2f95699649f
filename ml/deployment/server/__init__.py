"""The endpoint of one model: Open Inference Protocol V2 over HTTP, captured before it answers."""
