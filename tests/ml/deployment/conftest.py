"""The keys that packages are verified with, and a sealed package on disk."""

from pathlib import Path

import pytest

from ml.deployment.package import seal
from ml.deployment.signing import PublicKeys, Signer
from tests.ml.conftest import Account
from tests.ml.deployment.sealed import CONTENTS, IDENTITY, write


@pytest.fixture
def keys(account: Account) -> PublicKeys:
    return PublicKeys.from_kms(account.kms, [account.key_arn])


@pytest.fixture
def sealed(account: Account) -> dict[str, bytes]:
    return seal(CONTENTS, IDENTITY, Signer(kms=account.kms, key_arn=account.key_arn))


@pytest.fixture
def folder(tmp_path: Path, sealed: dict[str, bytes]) -> Path:
    return write(tmp_path / "package", sealed)
