"""What stands in a config of a model in memory for what Keras could not save; no file can hold it."""

from __future__ import annotations

from dataclasses import dataclass

KEY = "logitcheck: why this is not saved"
"""Under which it stands in the config of a layer or model."""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Something that saving would refuse, and why."""

    reason: str


def reason_in(config: object) -> str | None:
    """Tell why a config holds nothing of its layer or model; None where it is as Keras writes it.

    That of a file may have the same key, but never this value.
    """
    found = config.get(KEY) if isinstance(config, dict) else None
    return found.reason if isinstance(found, Unsaved) else None
