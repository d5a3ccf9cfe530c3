"""How what is seen of random models that run stands to what logitcheck says of their files.

    python -m benchmarks.probing [--models 200] [--seed 0]

Run it from the root of the checkout, with the extra [test] installed. Each model is drawn from its own number, gets
random weights, is saved, and is probed as `logitcheck probe` does it; one process runs them all. The exit status is 1
if something that was seen contradicts a claim, or a model that Keras loads could not be probed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path


def main() -> int:
    """Probe random models and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="number of the first model")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    warnings.simplefilter("ignore")
    importlib.import_module("tensorflow").get_logger().setLevel("ERROR")
    importlib.import_module("absl.logging").set_verbosity("error")
    generated = importlib.import_module("tests.probing.generated")
    runner_of = importlib.import_module("logitcheck.probing.process").Runner
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, runner_of() as runner:
        generated.write_modules(Path(folder))
        os.chdir(folder)
        figures = generated.examine(range(options.seed, options.seed + options.models), Path(folder), runner)
    for broken in figures.broken:
        print(broken)
    print(f"models: {figures.models} probed, {figures.unusable} that Keras cannot save or load")
    print(f"seconds: {time.perf_counter() - started:.1f}")
    print(f"outputs by agreement: {dict(figures.agreements.most_common())}")
    for what, count in figures.kinds.most_common():
        print(f"  {count:5} {what}")
    print(f"of what the file does not tell, seen: {dict(figures.settled.most_common())}")
    print(f"could not be probed: {dict(figures.refused.most_common())}")
    return 1 if figures.broken else 0


if __name__ == "__main__":
    sys.exit(main())
