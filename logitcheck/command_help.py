"""What `--help` says of each command."""

from __future__ import annotations

EPILOG = (
    "Exit status: 0 every input was read, and nothing was found; 1 something was found at or above --fail-on, or, with"
    " --strict, a model is undetermined; 2 wrong usage or settings, an input that could not be read, no model where one"
    " was asked for, or a report that could not be written. 1 wins over 2. The format never changes it."
)
INSPECT = """Say what each output of a model is, and whether its loss fits.

Models are saved files. Nothing of them is run, and no TensorFlow is needed.

For example: logitcheck inspect model.keras
"""
CHECK = """Say what is wrong with models, a line each: the lint step of CI and pre-commit.

Folders are searched. Models of which nothing is wrong are counted only; what cannot be read is named, and fails.

\b
For example:
  logitcheck check .
  logitcheck check models/ --format github --format sarif=logitcheck.sarif
  logitcheck check models/ --baseline known.json --write-baseline
"""
FIX = """Change the stored compile settings of a model so that its loss and metrics fit its outputs.

Layers and weights stay as they are, byte for byte. What would have to be guessed is left, with the reason.

\b
For example:
  logitcheck fix model.keras --diff              what would change; nothing is written
  logitcheck fix model.keras -o fixed.keras      the result as a new file
  logitcheck fix model.keras --in-place          the model itself; the old file is model.keras.bak
  logitcheck fix model.h5 --diff --assume-keras  where the file knows a loss by its name only
"""
FIX_EPILOG = (
    "Exit status: 0 nothing of what was found is left; 1 something is; 2 nothing could be fixed without a guess, or"
    " written, or the model could not be read."
)
PROBE = """Run a model and look at what it puts out: where custom code decides, and for numbers to believe.

It runs in a process of its own, with limits and without a network, on inputs made for it or on yours. This takes
TensorFlow: pip install 'logitcheck[tensorflow]'.

\b
For example:
  logitcheck probe model.keras
  logitcheck probe model.keras --data x.npy --labels y.npy     on your data, with accuracy
  logitcheck probe model.keras --import my_package.layers      whose own layers are defined there
  logitcheck probe model.keras --unsafe                        and run Python code that is in the file
"""
PROBE_EPILOG = (
    "Exit status: 0 it ran, and nothing speaks against it; 1 its loss does not fit what was seen, or the file proves"
    " that, or what was seen contradicts logitcheck; 2 it could not be run."
)
