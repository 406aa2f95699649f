"""Will this flight arrive half an hour late or more? Asked at its scheduled departure."""
