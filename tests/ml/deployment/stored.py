"""A package of the flights as it lies in its bucket."""

from ml.canonical import digest_of
from ml.deployment.package import MANIFEST, Identity, seal
from ml.deployment.signing import Signer
from ml.deployment.store import Folder, upload_package
from tests.ml.conftest import Account

IDENTITY = Identity(
    model="flight_delay", run="r1", environment="prod", git_sha="abc", image_digest="sha256:1"
)


def stored(account: Account, contents: dict[str, bytes], run: str = "r1") -> tuple[Folder, str]:
    """Seal it and upload it; where it lies, and its digest."""
    sealed = seal(contents, IDENTITY, Signer(kms=account.kms, key_arn=account.key_arn))
    folder = Folder.at(account.s3, f"s3://{account.bucket}/packages/flight_delay/{run}")
    upload_package(folder, sealed)
    return folder, digest_of(sealed[MANIFEST])
