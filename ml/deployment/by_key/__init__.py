"""Requests that name an entity: the server builds the features itself, as training did."""
