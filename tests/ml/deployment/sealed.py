"""A sealed package of two files, and how it gets onto the disk."""

from pathlib import Path

from ml.deployment.package import Identity

IDENTITY = Identity(
    model="diabetes", run="r1", environment="prod", git_sha="abc", image_digest="sha256:1"
)
CONTENTS = {"model.skops": b"PK\x03\x04" + bytes(range(200)), "card.md": b"# card\n"}


def write(folder: Path, contents: dict[str, bytes]) -> Path:
    """Make the folder with these files."""
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder
