"""Stands before TensorFlow on the path of the process that runs models, so that it starts at once."""

from __future__ import annotations

import logging

import numpy

__version__ = "2.99.0"


def get_logger() -> logging.Logger:
    return logging.getLogger("stub")


def constant(values: object) -> object:
    return numpy.asarray(values)
