"""Lets `python -m modelyard` and the installed command be the same thing."""

from modelyard.app import main

if __name__ == "__main__":
    main()
