"""How far will the illness have progressed in a year? The proof that a model is one folder."""
