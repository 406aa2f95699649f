"""A mistyped AWS_PROFILE never lets another identity act in its place."""

from pathlib import Path

import pytest

from modelyard.errors import UsageError
from modelyard.place import Place

PROFILES = "[profile prod]\nregion = eu-west-1\n[profile prod-grace]\nregion = eu-west-1\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Production, for somebody who has two profiles."""
    (tmp_path / "config").write_text(PROFILES)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return Place(name="prod", account="111111111111", region="eu-west-1", root=tmp_path)


def test_those_that_there_are_are_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "grace")
    with pytest.raises(UsageError, match=r'no AWS_PROFILE "grace".*Did you mean') as refused:
        _ = place.session
    assert refused.value.remedy == "allowed: prod, prod-grace"


def test_without_a_name_the_environments_own_is_taken(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    assert place.session.profile_name == "prod"
