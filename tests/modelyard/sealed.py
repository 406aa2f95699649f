"""Packages as the pipeline's `package` step leaves them: whole, and signed by the environment."""

from ml.canonical import digest_of
from ml.deployment.package import MANIFEST, Identity, seal
from ml.deployment.signing import Signer
from ml.deployment.store import Folder, upload_package
from modelyard.place import Place
from modelyard.versions import Version, describe
from tests.modelyard import world


def package(place: Place, run: str, contents: dict[str, bytes]) -> str:
    """Seal a package where its version will look for it; returns its digest."""
    identity = Identity(
        model=world.MODEL, run=run, environment=place.name, git_sha="a", image_digest="b"
    )
    key = Signer(kms=place.client("kms"), key_arn=place.platform.signing_key_arn)
    whole = seal(contents, identity, key)
    uri = f"s3://{place.platform.artifacts_bucket}/packages/{world.MODEL}/{run}"
    upload_package(Folder.at(place.client("s3"), uri), whole)
    return digest_of(whole[MANIFEST])


def version(place: Place, run: str, contents: dict[str, bytes]) -> Version:
    """Seal a package and register its version."""
    return describe(place, world.register(place, run, digest=package(place, run, contents)))
