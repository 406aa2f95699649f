"""A checkout with a program of two resources, and a policy pack that minds its words."""

import subprocess
from collections.abc import Callable
from pathlib import Path

PROGRAM = """
import pulumi
from words import WORD

class Thing(pulumi.CustomResource):
    def __init__(self, name, word):
        super().__init__("aws:tiny:Thing", name, {"word": word})

Thing("first", WORD)
Thing("second", pulumi.Config().require("word"))
pulumi.export("word", pulumi.Config().require("word"))
pulumi.export("secret", pulumi.Output.secret("hush"))
"""
POLICY = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def polite(args, report):
    if args.props.get("word") == "rude":
        report("mind your words")

PolicyPack("manners", policies=[ResourceValidationPolicy(
    name="polite", description="Words are polite.",
    enforcement_level=EnforcementLevel.MANDATORY, validate=polite)])
"""
Shell = Callable[..., "subprocess.CompletedProcess[str]"]
"""Runs `pulumi` with these words in the checkout, as a person would."""


def write(checkout: Path) -> None:
    """The tracked files."""
    (checkout / "policy").mkdir()
    (checkout / "policy" / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (checkout / "policy" / "__main__.py").write_text(POLICY)
    (checkout / "Pulumi.yaml").write_text(
        "name: tiny\nruntime: {name: python, options: {virtualenv: .venv}}\n"
    )
    (checkout / "__main__.py").write_text(PROGRAM)
    (checkout / "words.py").write_text("WORD = 'one'\n")
    for environment in ("dev", "prod"):
        (checkout / f"Pulumi.{environment}.yaml").write_text("config: {'tiny:word': two}\n")
