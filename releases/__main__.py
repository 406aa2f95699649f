"""Entry point for `pulumi up` of the releases."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The engine puts only this folder on the path; the code it deploys lives one level up.
sys.path.insert(0, str(ROOT))

from infra.programs.model_folders import models_to_deploy  # noqa: E402
from infra.programs.releases import deploy  # noqa: E402
from infra.release_settings import ReleaseSettings  # noqa: E402

deploy(ReleaseSettings.load(), models_to_deploy(ROOT / "models"))
