"""The AWS config file of a sandbox shell: one profile per account and person."""

from collections.abc import Iterable
from pathlib import Path

from sandbox.aws.identities import Identity


def write_config(config: Path, credentials: Path, identities: Iterable[Identity]) -> None:
    """Write the profiles; the credentials file stays empty so that ~/.aws is never read."""
    config.parent.mkdir(parents=True, exist_ok=True)
    sections = [
        f"[profile {each.profile}]\n"
        f"region = {each.region}\n"
        f"output = json\n"
        f"aws_access_key_id = {each.access_key_id}\n"
        f"aws_secret_access_key = {each.secret_access_key}\n"
        for each in identities
    ]
    draft = config.with_suffix(".new")
    draft.write_text("\n".join(sections))
    draft.replace(config)
    credentials.touch()
