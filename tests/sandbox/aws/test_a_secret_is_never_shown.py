"""A secret of a program reaches the account and nothing that the engine prints or keeps."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.aws.test_engine import pulumi

__all__ = ["pulumi"]

pytestmark = pytest.mark.engine

Pulumi = Callable[..., tuple[int, str]]
FIRST, SECOND = "canary-7f3a91c2d4", "canary-b80e55d1a6"
PROGRAM = """
import pulumi
import pulumi_aws as aws

provider = aws.Provider("main", region="eu-west-1", allowed_account_ids=["111111111111"])
child = pulumi.ResourceOptions(provider=provider)
secret = aws.secretsmanager.Secret("secret", recovery_window_in_days=0, opts=child)
value = aws.secretsmanager.SecretVersion(
    "value", secret_id=secret.id, secret_string=pulumi.Output.secret("CANARY"), opts=child
)
pulumi.export("password", value.secret_string)
pulumi.export("secret", secret.id)
"""


def write(tmp_path: Path, canary: str) -> None:
    """Let the program have this secret."""
    (tmp_path / "project" / "__main__.py").write_text(PROGRAM.replace("CANARY", canary))


def shown(text: str) -> list[str]:
    """Which secrets are in a text, also in base64."""
    forms = {each: (each, base64.b64encode(each.encode()).decode()) for each in (FIRST, SECOND)}
    return [each for each, ways in forms.items() if any(way in text for way in ways)]


def test_neither_plans_nor_updates_nor_outputs_nor_the_state_show_it(
    pulumi: Pulumi, fail_at: Path, client: Callable[..., Any], tmp_path: Path
) -> None:
    write(tmp_path, FIRST)
    said = [pulumi("preview"), pulumi("preview", "--diff"), pulumi("preview", "--json")]
    fail_at.write_text("2")  # of the two resources the one that has it
    failed = pulumi("up", "--yes", "--diff")
    assert failed[0] != 0
    said += [pulumi("up", "--yes", "--diff"), pulumi("stack", "output", "--json")]
    write(tmp_path, SECOND)
    said += [pulumi("preview", "--diff"), pulumi("up", "--yes", "--diff")]
    said += [pulumi("stack", "export"), pulumi("stack"), pulumi("preview", "--diff")]
    assert {code for code, _ in said} == {0}
    assert [shown(text) for _, text in (failed, *said)] == [[]] * (len(said) + 1)

    # It was there to be seen: plans name the property, and the account has the value.
    plans = [text for _, text in said if "secretString" in text and "[secret]" in text]
    assert len(plans) >= 4
    name = json.loads(pulumi("stack", "output", "--json")[1])["secret"]
    held = client("secretsmanager").get_secret_value(SecretId=name)
    assert held["SecretString"] == SECOND
    assert pulumi("destroy", "--yes", "--skip-preview")[0] == 0
