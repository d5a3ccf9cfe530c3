"""Keras kept from saying and importing things while it serializes a model."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from logitcheck.loader.memory.origin import Origin

_LOGGERS = ("tensorflow", "absl")
"""Where Keras 2 logs that a subclassed model has no `get_config` (tf_keras 2.21, engine/training.py)."""


@contextmanager
def quiet(origin: Origin) -> Iterator[None]:
    """Let Keras warn and log of nothing: its warnings are about loading what nobody saves here."""
    with warnings.catch_warnings(), ExitStack() as stack:
        warnings.simplefilter("ignore")
        for name in _LOGGERS:
            stack.enter_context(_silenced(logging.getLogger(name)))
        stack.enter_context(_without_tensorflow(origin))
        yield


@contextmanager
def _silenced(logger: logging.Logger) -> Iterator[None]:
    logger.addFilter(_nothing)
    try:
        yield
    finally:
        logger.removeFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


@contextmanager
def _without_tensorflow(origin: Origin) -> Iterator[None]:
    """Keep Keras 3 on another backend from importing TensorFlow, which takes seconds and hundreds of megabytes.

    It does so only to ask of each object whether that is one of TensorFlow (Keras 3.0 to 3.15,
    saving/serialization_lib.py: `tf.available`). No object can be while TensorFlow is not imported.
    """
    lazy: Any = getattr(sys.modules.get(f"{origin.package}.utils.module_utils"), "tensorflow", None)
    if "tensorflow" in sys.modules or getattr(lazy, "_available", True) is not None:
        yield
        return
    lazy._available = False  # noqa: SLF001  there is no public way
    try:
        yield
    finally:
        lazy._available = None  # noqa: SLF001  there is no public way
