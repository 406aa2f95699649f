"""The diabetes patients that scikit-learn carries, as the file that would have landed."""

from sklearn.datasets import load_diabetes


def batches() -> dict[str, dict[str, bytes]]:
    """Per table, batch file name → CSV bytes."""
    bunch = load_diabetes()
    lines = [",".join(["patient", *bunch.feature_names, "progression"])]
    for number, (measured, progression) in enumerate(zip(bunch.data, bunch.target, strict=True)):
        values = ",".join(repr(float(value)) for value in (*measured, progression))
        lines.append(f"{number + 1:03d},{values}")
    return {"patients": {"first-visits.csv": "\n".join([*lines, ""]).encode()}}
