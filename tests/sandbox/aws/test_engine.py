"""The real engine makes a stack, finds nothing to change, recovers from a failure, removes all."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.aws.service import ProviderService
from tools import ensure

PROGRAM = """
import json
import pulumi
import pulumi_aws as aws

provider = aws.Provider(
    "main",
    region="eu-west-1",
    allowed_account_ids=["111111111111"],
    default_tags={"tags": {"owner": "ml"}},
)
child = pulumi.ResourceOptions(provider=provider)
key = aws.kms.Key("key", enable_key_rotation=True, deletion_window_in_days=7, opts=child)
bucket = aws.s3.Bucket("lake", force_destroy=True, opts=child)
aws.s3.BucketVersioning(
    "versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"}, opts=child
)
dead = aws.sqs.Queue("dead", kms_master_key_id=key.arn, opts=child)
aws.sqs.Queue(
    "work",
    redrive_policy=pulumi.Output.json_dumps(
        {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5}
    ),
    opts=child,
)
secret = aws.secretsmanager.Secret("secret", recovery_window_in_days=0, opts=child)
aws.secretsmanager.SecretVersion(
    "value", secret_id=secret.id, secret_string=pulumi.Output.secret("hush-hush"), opts=child
)
network = aws.ec2.Vpc("network", cidr_block="10.0.0.0/16", opts=child)
aws.ec2.Subnet("subnet", vpc_id=network.id, cidr_block="10.0.0.0/24", opts=child)
pulumi.export("bucket", bucket.bucket)
"""


@pytest.fixture
def pulumi(tmp_path: Path, service: ProviderService) -> Callable[..., tuple[int, str]]:
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    (project / "__main__.py").write_text(PROGRAM)
    (tmp_path / "state").mkdir()
    environment = {
        **os.environ,
        "PATH": f"{ensure(['pulumi'])}:{os.environ['PATH']}",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_DEBUG_PROVIDERS": f"aws:{service.port}",
    }

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            ["pulumi", *words, "--non-interactive"],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    assert run("stack", "init", "dev")[0] == 0
    return run


@pytest.mark.engine
def test_a_stack_converges_after_a_failure_stays_the_same_and_goes(
    pulumi: Callable[..., tuple[int, str]],
    fail_at: Path,
    service: ProviderService,
    client: Callable[..., Any],
    tmp_path: Path,
) -> None:
    before = service.records.counts()
    fail_at.write_text("4")
    code, said = pulumi("up", "--yes", "--skip-preview")
    assert code != 0
    assert "told to fail" in said

    code, said = pulumi("up", "--yes", "--skip-preview")
    assert code == 0, said
    assert pulumi("preview", "--expect-no-changes")[0] == 0
    assert pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")[0] == 0

    state = pulumi("stack", "export")[1]
    assert "hush-hush" not in state
    bucket = json.loads(pulumi("stack", "output", "--json")[1])["bucket"]
    assert client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")

    code, said = pulumi("destroy", "--yes", "--skip-preview")
    assert code == 0, said
    assert service.records.counts() == before
