"""Entry point of the policy pack: `pulumi preview --policy-pack policy`."""

import sys
from pathlib import Path

# The engine runs this folder as a program; the rules are a package one level up.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policy.pack import publish

publish()
