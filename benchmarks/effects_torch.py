"""Checks on PyTorch what tests/effects checks on TensorFlow and JAX: models do what logitcheck says of their files.

    pip install torch keras numpy h5py typer rich pytest
    python benchmarks/effects_torch.py

Prints a line for each row that does something else, and how many rows did each thing. Exit status 1 if any differs.
"""

from __future__ import annotations

import collections
import os
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["KERAS_BACKEND"] = "torch"


def main() -> int:
    """Run every row and compare."""
    import keras

    from tests.effects import run
    from tests.effects.checking import check
    from tests.effects.rows import ROWS, TORCH

    counts: collections.Counter[str] = collections.Counter()
    failed = 0
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, row in ROWS.items():
            if TORCH not in row.where:
                continue
            try:
                effect = check(name, TORCH, run.run(keras, name, Path(folder)))
            except Exception:  # noqa: BLE001  a row that fails in any way is one that differs
                failed += 1
                print(f"differs: {name}\n{traceback.format_exc(limit=-2)}")
            else:
                counts[effect.value] += 1
    print(f"keras {keras.__version__} on torch: {sum(counts.values())} rows as claimed, {failed} not;", dict(counts))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
