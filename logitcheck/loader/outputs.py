"""Which loss belongs to which output, as Keras of the version that wrote the file matches them.

keras-facts, "Matching losses/metrics to outputs": names, positions, broadcasting, and what is silently ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from logitcheck.errors import ErrorCode, MalformedGraphError, UnreadableInputError
from logitcheck.loader import document, fields, graphs, losses
from logitcheck.model import Loss, Metric, ModelOutput, TensorReference

Path = tuple[str | int, ...]

_SETTINGS = ("loss", "loss_weights", "metrics", "weighted_metrics")


@dataclass(frozen=True, slots=True)
class NamedOutput:
    """One output of a model: the path to it in the output structure, its name, its tensor (None if not walkable)."""

    path: Path
    name: str | None
    tensor: TensorReference | None


def check_settings(settings: Mapping[str, object], *, may_lack_loss: bool) -> None:
    """Check compile settings: that they have a loss, and no more entries than a model may have outputs.

    All entries are compared with every output. A loss may be null, but every Keras writes the key; only who writes a
    `get_compile_config` of their own may do without.
    Raises UnreadableInputError if they cannot be read.
    """
    if settings and "loss" not in settings and not may_lack_loss:
        found = ", ".join(repr(fields.label(key)) for key in list(settings)[:5])
        raise MalformedGraphError(f"The compile settings should have a loss, if only a null; found {found}.")
    for key in _SETTINGS:
        stored = settings.get(key)
        if isinstance(stored, (list, dict)) and len(stored) > graphs.MOST_OUTPUTS:
            message = f"The model is compiled with {len(stored):,} entries in {key}, which no model is."
            raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)


def name_outputs(leaves: Sequence[tuple[Path, TensorReference]], generation: int) -> tuple[NamedOutput, ...]:
    """Name outputs: those of a dict by key, others by layer; Keras 2 numbers repeated names, Keras 3 does not."""
    named: list[NamedOutput] = []
    seen: dict[str, int] = {}
    for path, tensor in leaves:
        keys = [step for step in path if isinstance(step, str)]
        name = keys[-1] if keys else tensor.layer
        count = seen.get(name, 0)
        seen[name] = count + 1
        named.append(NamedOutput(path, f"{name}_{count}" if count and generation < 3 else name, tensor))
    return tuple(named)


def match(
    outputs: Sequence[NamedOutput],
    settings: Mapping[str, object],
    generation: int,
    metrics: Sequence[tuple[Metric, ...]] = (),
) -> tuple[ModelOutput, ...]:
    """Give every output its losses; where some fit no output, each output has one more, of which nothing is known.

    metrics: those of each output, if there are any.
    """
    stored, weights = settings.get("loss"), settings.get("loss_weights")
    left_over = _left_over(outputs, stored, generation)
    return tuple(
        ModelOutput(
            name=output.name,
            tensor=output.tensor,
            path=output.path,
            losses=(*_losses(output, position, outputs, stored, weights, generation), *left_over),
            metrics=metrics[position] if metrics else (),
        )
        for position, output in enumerate(outputs)
    )


def _losses(
    output: NamedOutput,
    position: int,
    outputs: Sequence[NamedOutput],
    stored: object,
    weights: object,
    generation: int,
) -> Iterator[Loss]:
    for raw in stored_losses(output, position, len(outputs), stored, weights, generation):
        loss = losses.read(raw, generation)
        assert loss is not None
        yield loss


def stored_losses(
    output: NamedOutput, position: int, count: int, stored: object, weights: object, generation: int
) -> Iterator[object]:
    """Give what is stored of the losses of one output, the one at `position` of `count`: those that count for it."""
    for index, raw in enumerate(_candidates(output, position, count, stored, generation)):
        at = index if isinstance(stored, list) and count == 1 else position
        if raw is not None and _weight(output, at, weights) != 0:
            yield raw


def _candidates(output: NamedOutput, position: int, count: int, stored: object, generation: int) -> list[object]:
    """Find the stored losses of one output; all there are, where it stands for whatever the model puts out."""
    if output.name is None:
        return _few(stored)
    if isinstance(stored, dict) and "class_name" not in stored:
        return [from_dict(output, stored)]
    if isinstance(stored, list):
        if mirrors(stored) and output.path:
            return [descend(stored, output.path)]
        if count == 1:
            return list(stored) if generation == 3 else stored[:1]
        return [stored[position]] if position < len(stored) else []
    return [stored]


def from_dict(output: NamedOutput, stored: Mapping[str, object]) -> object:
    """Find the setting of one output in a dict of them, by path, name or layer; None if it has none."""
    nested = descend(stored, output.path)
    if nested is not None:
        return nested
    found = stored.get(output.name) if output.name is not None else None
    if found is None and output.tensor is not None:
        found = stored.get(output.tensor.layer)
    return found


def _few(stored: object) -> list[object]:
    """Give the losses in a structure of them.

    Raises UnreadableInputError if they are more than any model has outputs.
    """
    found = list(islice(leaves(stored), graphs.MOST_OUTPUTS + 1))
    if len(found) > graphs.MOST_OUTPUTS:
        message = f"The model is compiled with more than {graphs.MOST_OUTPUTS:,} losses, which no model is."
        raise UnreadableInputError(ErrorCode.TOO_LARGE, message, document.HOSTILE)
    return found


def leaves(stored: object) -> Iterator[object]:
    """Give what a structure of lists and dicts holds, in order."""
    pending = [stored]
    while pending:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(reversed(item))
        elif isinstance(item, dict) and "class_name" not in item:
            pending.extend(reversed(item.values()))
        else:
            yield item


def mirrors(stored: list[object]) -> bool:
    """Whether settings mirror a nested structure of outputs rather than list them one by one."""
    return any(isinstance(item, list) or (isinstance(item, dict) and "class_name" not in item) for item in stored)


def descend(stored: object, path: Path) -> object:
    """Follow an output's path into settings that mirror the output structure; None where they do not."""
    if not path:
        return None
    for step in path:
        if isinstance(step, str) and isinstance(stored, dict) and "class_name" not in stored:
            stored = stored.get(step)
        elif isinstance(step, int) and isinstance(stored, list) and step < len(stored):
            stored = stored[step]
        else:
            return None
    return stored


def _weight(output: NamedOutput, position: int, weights: object) -> object:
    if isinstance(weights, dict):
        nested = descend(weights, output.path)
        return nested if nested is not None else weights.get(output.name)
    if isinstance(weights, list):
        if mirrors(weights) and output.path:
            return descend(weights, output.path)
        return weights[position] if position < len(weights) else None
    return weights


def _left_over(outputs: Sequence[NamedOutput], stored: object, generation: int) -> tuple[Loss, ...]:
    """Give a loss that stands for those that fit no output: it may belong to any, and no Keras trains with it."""
    unknown: list[str] = []
    if isinstance(stored, dict) and "class_name" not in stored:
        known = {step for output in outputs for step in output.path if isinstance(step, str)}
        known |= {output.name for output in outputs if output.name} | {o.tensor.layer for o in outputs if o.tensor}
        unknown = [fields.label(key) or "" for key in stored if key not in known]
    elif isinstance(stored, list) and len(outputs) > 1 and generation == 3 and not mirrors(stored):
        # Keras 2 pairs outputs and losses until one of both is used up (compile_utils.LossesContainer).
        unknown = [f"number {at + 1}" for at in range(len(outputs), len(stored)) if stored[at] is not None]
    if not unknown or all(output.name is None for output in outputs):
        return ()
    named = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
    reason = f"losses are compiled for outputs that the model does not have ({named}), and the first fit fails"
    return (losses.unknown(unknown[0], reason),)
