"""What runs on the platform: plain Python in containers that knows nothing of its deployment."""

import os

# On shared cores scikit-learn's threads burn their time slices waiting for one another: a fit of
# 9 seconds took 84. Read when the OpenMP library loads, hence before anything else is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# ONNX Runtime otherwise writes an identifier of this machine to disk, and tells its makers what
# runs here over HTTPS. Read when it loads; a name that its Privacy.md promises.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
