"""Entry point for `pulumi up` of the platform."""

from pathlib import Path

from infra.programs.platform import deploy
from infra.settings import Settings

deploy(Settings.load(Path(__file__).parent))
