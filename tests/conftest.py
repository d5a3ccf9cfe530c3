"""Fixtures that more than one folder of tests needs."""

from __future__ import annotations

from tests.memory.same import every_saved_model_is_the_same

__all__ = ["every_saved_model_is_the_same"]
