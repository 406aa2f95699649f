"""Names of images: where the bytes of a name used on AWS lie in the sandbox."""

import re
from dataclasses import dataclass

from sandbox.errors import SandboxError

_ECR = re.compile(r"^(?P<account>\d{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$")
_REFERENCE = re.compile(
    r"^(?P<registry>[a-zA-Z0-9.-]+(?::\d+)?)/(?P<repository>[a-z0-9._/-]+?)"
    r"(?::(?P<tag>[\w.-]{1,128}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?$"
)


class ImageError(SandboxError):
    """An image that cannot be named, found or made."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One image at one registry, by digest."""

    registry: str
    repository: str
    digest: str

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}@{self.digest}"


def parse(reference: str) -> Reference:
    """Read a reference; one without a digest is refused, since a tag may move."""
    found = _REFERENCE.match(reference)
    if found is None:
        raise ImageError(
            f"{reference!r} is no image reference.",
            "Write it as REGISTRY/REPOSITORY@sha256:DIGEST.",
        )
    if found["digest"] is None:
        raise ImageError(
            f"{reference!r} names no digest, so what runs could change under it.",
            "Write it as REGISTRY/REPOSITORY@sha256:DIGEST.",
        )
    return Reference(
        registry=found["registry"], repository=found["repository"], digest=found["digest"]
    )


def local_name(repository: str, registry: str) -> str:
    """The registry and repository on loopback for a repository URL of ECR or of loopback."""
    host, _, path = repository.partition("/")
    if host == registry:
        return repository
    ecr = _ECR.match(host)
    if ecr is None or not path:
        raise ImageError(
            f"{repository!r} is neither an ECR repository nor one of the sandbox at {registry}.",
            "Push the image to an ECR repository of the environment and name that.",
        )
    return f"{registry}/{ecr['account']}/{path}"


def local_reference(reference: str, registry: str) -> str:
    """Map `<account>.dkr.ecr.<region>.amazonaws.com/name@digest` to the registry on loopback."""
    named = parse(reference)
    name = local_name(f"{named.registry}/{named.repository}", registry)
    return f"{name}@{named.digest}"
