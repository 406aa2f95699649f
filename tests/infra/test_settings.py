"""A stack file is either right or explains everything that is wrong with it."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from infra.settings import Settings, sibling_blocks
from tests.infra.stacks import ENVIRONMENTS, ROOT, raw_platform


def refused(raw: dict[str, Any], **siblings: str) -> str:
    with pytest.raises(pulumi.RunError) as error:
        Settings.parse(raw, source="Pulumi.test.yaml", siblings=siblings)
    return str(error.value)


def changed(stack: str, **sections: Any) -> dict[str, Any]:
    return {**raw_platform(stack), **sections}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tracked_files_are_valid_beside_each_other(environment: str) -> None:
    file = f"Pulumi.{environment}.yaml"
    siblings = sibling_blocks(ROOT, file)
    assert len(siblings) == 2
    settings = Settings.parse(raw_platform(environment), source=file, siblings=siblings)
    assert settings.account_id == settings.accounts[settings.environment]


def test_every_mistake_is_reported_at_once_with_file_and_path() -> None:
    message = refused(
        changed(
            "prod",
            network={"cidr_block": "10.0.0.0/99", "azs": 2},
            lakehouse={"disposable": True, "recovery_days": "many"},
            logs={"retention_days": 31},
            region="mars",
        )
    )
    assert message.startswith("Pulumi.test.yaml is not valid:")
    for path in (
        "platform.network.cidr_block",
        "platform.network.azs",
        "platform.lakehouse.recovery_days",
        "platform.lakehouse.disposable",
        "platform.logs.retention_days",
        "platform.region",
    ):
        assert path in message, path


def test_an_unknown_key_is_told_what_is_allowed() -> None:
    assert "platform.cluster.verison: unknown key; allowed: version" in refused(
        changed("dev", cluster={"version": "1.37", "verison": "1.37"})
    )


def test_a_wrong_value_is_told_what_is_allowed() -> None:
    assert "'dev', 'staging' or 'prod'" in refused(changed("dev", environment="qa"))


def test_a_missing_section_is_named() -> None:
    raw = raw_platform("dev")
    del raw["cluster"]
    assert "platform.cluster: is required" in refused(raw)


def test_a_number_in_quotes_is_a_wrong_type() -> None:
    message = refused(
        changed("dev", network={"cidr_block": "10.1.0.0/16", "availability_zones": "2"})
    )
    assert "platform.network.availability_zones" in message


def test_blocks_of_two_environments_may_not_overlap() -> None:
    message = refused(raw_platform("dev"), **{"Pulumi.qa.yaml": "10.10.128.0/17"})
    assert "platform.network.cidr_block: 10.10.0.0/16 overlaps 10.10.128.0/17" in message
    assert "Pulumi.qa.yaml" in message


def test_overlap_is_told_even_when_another_field_of_the_section_is_wrong() -> None:
    network = {"cidr_block": "10.10.0.0/16", "availability_zones": 9}
    message = refused(changed("dev", network=network), other="10.10.0.0/20")
    assert "overlaps" in message
    assert "platform.network.availability_zones" in message


def test_a_public_block_is_refused() -> None:
    assert "private block" in refused(changed("dev", network={"cidr_block": "8.8.0.0/16"}))


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({"lakehouse": {"disposable": True}}, "lakehouse.disposable: must stay false"),
        (
            {"network": {"cidr_block": "10.30.0.0/16", "availability_zones": 2}},
            "network.availability_zones: must be 3",
        ),
        ({"logs": {"retention_days": 90}}, "logs.retention_days: must be at least 365"),
        ({"audit": {"lock_days": 30}}, "audit.lock_days: must be at least 365"),
    ],
)
def test_prod_keeps_its_promises(section: dict[str, Any], expected: str) -> None:
    assert expected in refused(changed("prod", **section))


def test_environments_do_not_share_an_account() -> None:
    accounts = {"dev": "1" * 12, "staging": "1" * 12, "prod": "3" * 12}
    message = refused(changed("dev", accounts=accounts))
    assert "platform.accounts.staging: must differ from accounts.dev" in message


def test_the_environment_has_an_account() -> None:
    message = refused(changed("dev", accounts={"prod": "3" * 12}))
    assert "platform.accounts: has no account for dev" in message


def test_a_mirror_is_read_by_other_environments_only() -> None:
    assert "mirror.readers.0: must be one of: dev, staging" in refused(
        changed("prod", mirror={"readers": ["prod"]})
    )
    assert "reads_mirror_of: must be one of: staging, prod" in refused(
        changed("dev", reads_mirror_of="dev")
    )


def test_settings_cannot_be_changed_later() -> None:
    settings = Settings.parse(raw_platform("dev"), source="test")
    with pytest.raises(ValueError, match="frozen"):
        settings.owner = "somebody"


def test_something_that_is_no_mapping_is_refused_without_a_traceback() -> None:
    assert "platform" in refused([1, 2])  # type: ignore[arg-type,unused-ignore]
