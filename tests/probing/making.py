"""Models that do harm when they run, and others that only Keras itself can make: written by `python -m` into a folder.

In a process of its own, since TensorFlow is not to be imported into that of the tests.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HOSTILE: Mapping[str, str] = {
    "endless": "any(iter(int, 1))",
    "exit": "__import__('os')._exit(3)",
    "daemon": "__import__('os').system('setsid sleep 471100 >/dev/null 2>&1 &')",
    "write": "open('TARGET', 'w')",
    "socket": "__import__('socket').create_connection(('127.0.0.1', PORT), 1)",
    "print": "any(print('noise' * 200_000) for _ in range(30))",
    "deaf": "[__import__('signal').signal(15, 1), __import__('time').sleep(600)]",
    "memory": "[bytearray(b'x' * (1 << 24)) for _ in iter(int, 1)]",
}
"""What the Lambda of each model does, each time before it hands its input on."""


def hostile(keras: Any, deed: str) -> Any:
    """A model whose Lambda does a deed when it is called on numbers, and not while it is built."""
    code = f"lambda x: x if 'Keras' in type(x).__name__ else (({HOSTILE[deed]}), x)[1]"
    for name in ("PORT", "TARGET"):
        code = code.replace(name, os.environ.get(name, "0"))
    layer = keras.layers.Lambda(eval(code), output_shape=(3,), name="head")
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile("sgd", "categorical_crossentropy")
    return model


def enormous(keras: Any) -> Any:
    """A model that puts out 10^9 numbers a sample."""
    model = keras.Sequential([keras.Input((1, 1)), keras.layers.UpSampling1D(10**9)])
    model.compile("sgd", "binary_crossentropy")
    return model


def harmless(keras: Any) -> Any:
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Lambda(lambda x: x * 0 + 0.25, output_shape=(3,), name="head")]
    )
    model.compile("sgd", "binary_crossentropy")
    return model


def makers() -> dict[str, Callable[[], Any]]:
    import keras
    import tf_keras

    made = {f"{deed}.keras": lambda deed=deed: hostile(keras, deed) for deed in HOSTILE}
    return made | {
        "enormous.keras": lambda: enormous(keras),
        "lambda.keras": lambda: harmless(keras),
        "lambda.h5": lambda: harmless(keras),
        "lambda_2.h5": lambda: harmless(tf_keras),
        "lambda_2.keras": lambda: harmless(tf_keras),
    }


def main() -> None:
    """Write all of them into the folder that is given."""
    folder = Path(sys.argv[1])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("absl").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    for name, make in makers().items():
        make().save(folder / name)


if __name__ == "__main__":
    main()
