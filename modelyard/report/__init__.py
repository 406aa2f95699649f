"""One self-contained page that shows what the platform holds and how it got there."""
