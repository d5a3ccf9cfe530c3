"""What a Normalization learned of data, put into the config of the layer by whoever has read it from the weights."""

from __future__ import annotations

from collections.abc import Mapping

from logitcheck.model import Statistics

KEY = "logitcheck: mean and variance in the weights"
"""Under which it stands there. That of a file may have the same key, but never a value of that class."""


def split(config: Mapping[str, object]) -> tuple[Mapping[str, object], Statistics | None]:
    """Give the parameters of a layer, and apart from them what it learned."""
    if KEY not in config:
        return config, None
    found = config[KEY]
    rest = {name: value for name, value in config.items() if name != KEY}
    return rest, found if isinstance(found, Statistics) else None
