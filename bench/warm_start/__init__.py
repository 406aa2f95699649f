"""How much sooner a container begins as a copy of a warm interpreter."""
