"""One module per group of commands; heavy imports stay inside the functions, so help is quick."""
