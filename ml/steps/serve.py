"""Step `serve`: answer for one model until told to stop."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any

from ml.deployment.server.assembly import build, load_release
from ml.deployment.server.settings import read
from ml.steps.logs import configure


def run(argv: Sequence[str]) -> int:
    """Serve the version that the environment names; a package that does not verify ends it."""
    argparse.ArgumentParser(prog="ml serve", description=__doc__).parse_args(argv)
    configure()
    settings = read(os.environ)
    return build(settings, load_release(settings, _client), _client).run()


def _client(service: str) -> Any:
    # Imported late: a server without a version and without capture needs no AWS.
    from botocore.config import Config

    from ml.data.own_session import own_session

    return own_session().client(service, config=Config(connect_timeout=5, read_timeout=20))
