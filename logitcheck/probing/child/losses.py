"""What a cross-entropy makes of the outputs of a model under both values of from_logits, with the gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from logitcheck.probing.child import crossentropy
from logitcheck.probing.child.crossentropy import Slope
from logitcheck.probing.child.labels import Labels
from logitcheck.probing.child.loading import Loaded
from logitcheck.probing.child.running import Ran, outputs_of, tensors_of
from logitcheck.probing.child.samples import Batch
from logitcheck.probing.child.tally import finite
from logitcheck.probing.request import OutputAsked, Reading, Request

Array = Any


@dataclass(frozen=True, slots=True)
class _Piece:
    """One output on one batch: its values, classes last, the labels, and the slopes with and without from_logits."""

    values: Array
    labels: Array
    slopes: tuple[Slope, Slope]


def numbers(loaded: Loaded, ran: Ran, request: Request) -> list[dict[str, object] | None]:
    """Give the numbers of each output, as JSON values; None for one that nothing is asked of.

    Raises RefusalError for labels that do not fit.
    """
    names = [asked.name for asked in request.outputs]
    labels = Labels(request.labels, names, request.seed)
    if len(names) != len(ran.tallies):
        return [None] * len(ran.tallies)
    outputs = [outputs_of(loaded, batch) for batch in ran.ordinary if batch.rows]
    batches = [batch for batch in ran.ordinary if batch.rows]
    return [
        _of_output(loaded, position, asked, labels, batches, [each[position] for each in outputs])
        for position, asked in enumerate(request.outputs)
    ]


def _of_output(
    loaded: Loaded, position: int, asked: OutputAsked, labels: Labels, batches: list[Batch], outputs: list[Array]
) -> dict[str, object] | None:
    if asked.guessed and outputs and outputs[0].shape[-1:] == (1,):
        asked = replace(asked, reads=Reading.BINARY)
    reads = asked.reads
    if reads is None or not outputs or not _can_be_read(outputs[0], reads, asked.axis):
        return None
    if any(len(output) != batch.rows for output, batch in zip(outputs, batches, strict=True)):
        return None  # samples and another axis have become one, so that no label belongs to a row
    pieces = [_piece(asked, output, labels, batch) for batch, output in zip(batches, outputs, strict=True)]
    norms, weights = _at_weights(loaded, position, asked, batches, pieces)
    given = labels.are_given_for(asked.name)
    return {
        "reads": reads.value,
        "axis": asked.axis if reads is Reading.CATEGORICAL else -1,
        "classes": outputs[0].shape[asked.axis],
        "samples": sum(batch.rows for batch in batches),
        "labels_given": given,
        "labels_converted": _is_converted(asked, labels, pieces[0].values),
        "with_logits": _flagged(pieces, 0, norms),
        "without_logits": _flagged(pieces, 1, norms),
        "cut": sum(crossentropy.cut(piece.values) for piece in pieces) / len(pieces),
        "weights": weights,
        "accuracy": _accuracy(pieces, reads) if given else None,
    }


def _is_converted(asked: OutputAsked, labels: Labels, values: Array) -> bool:
    """Whether the user's labels are of another form than the loss takes: Keras would not take them."""
    if asked.guessed or asked.reads is not Reading.CATEGORICAL or not labels.are_given_for(asked.name):
        return False
    return labels.are_rows(asked.name, values) == asked.sparse_labels


def _can_be_read(output: Array, reads: Reading, axis: int) -> bool:
    """Whether an output has the axes that a cross-entropy reads; classes are at least two."""
    if output.ndim < 2 or not output.size or output.dtype.kind not in "fV":
        return False
    return reads is Reading.BINARY or (-output.ndim < axis < 0 and output.shape[axis] > 1)


def _piece(asked: OutputAsked, output: Array, labels: Labels, batch: Batch) -> _Piece:
    assert asked.reads is not None
    values = np.moveaxis(output.astype("float64"), asked.axis, -1)
    wanted = labels.of(asked.name, values, asked.reads, batch.numbers, asked.axis)
    return _Piece(
        values,
        wanted,
        (_slope(asked, values, wanted, from_logits=True), _slope(asked, values, wanted, from_logits=False)),
    )


def _slope(asked: OutputAsked, values: Array, labels: Array, *, from_logits: bool) -> Slope:
    if asked.reads is Reading.BINARY:
        return crossentropy.binary(values, labels, from_logits=from_logits)
    return crossentropy.categorical(values, labels, from_logits=from_logits, sparse=asked.sparse_labels)


def _flagged(pieces: list[_Piece], which: int, norms: tuple[float, float] | None) -> dict[str, object]:
    shares = _shares(pieces)
    slopes = [piece.slopes[which] for piece in pieces]
    lengths = [share * np.linalg.norm(slope.gradient) for share, slope in zip(shares, slopes, strict=True)]
    return {
        "loss": finite(float(np.average([slope.loss for slope in slopes], weights=shares))),
        "at_outputs": finite(float(np.linalg.norm(lengths))),
        "at_weights": None if norms is None else finite(norms[which]),
    }


def _shares(pieces: list[_Piece]) -> Array:
    """Give how much each piece counts for the mean over all samples."""
    rows = np.array([len(piece.values) for piece in pieces], dtype="float64")
    return rows / rows.sum()


def _at_weights(
    loaded: Loaded, position: int, asked: OutputAsked, batches: list[Batch], pieces: list[_Piece]
) -> tuple[tuple[float, float] | None, str | None]:
    """Give the norms of the gradients of the mean loss by the last weights, and the name of these."""
    try:
        chosen = _last(loaded, position, asked, batches[0], pieces[0])
        if chosen is None:
            return None, None
        variable = loaded.variables[chosen]
        shares = _shares(pieces)
        gradients = [
            [_gradients(loaded, position, asked, batch, slope, [variable])[0] for slope in piece.slopes]
            for batch, piece in zip(batches, pieces, strict=True)
        ]
        norms = [_norm_of_sum(of_flag, shares) for of_flag in zip(*gradients, strict=True)]
    except Exception:  # noqa: BLE001  an operation without a gradient, or no memory for all of them: no number then
        return None, None
    name = str(getattr(variable, "path", None) or variable.name).partition(":")[0]
    return (norms[0], norms[1]), name


def _last(loaded: Loaded, position: int, asked: OutputAsked, batch: Batch, piece: _Piece) -> int | None:
    """Give the position of the last weights that an output depends on: of a matrix, or of others if there is none.

    A function of a SavedModel says of weights without a part in the output that the gradient is 0.
    """
    norms = [  # one flag after the other: gradients of all weights take as much memory as these
        [_norm_of_sum([each], [1.0]) for each in _gradients(loaded, position, asked, batch, slope, loaded.variables)]
        for slope in piece.slopes
    ]
    depending = [place for place, both in enumerate(zip(*norms, strict=True)) if both[0] or both[1]]
    matrices = [place for place in depending if len(loaded.variables[place].shape) > 1]
    return max(matrices or depending, default=None)


def _gradients(
    loaded: Loaded, position: int, asked: OutputAsked, batch: Batch, slope: Slope, variables: Sequence[Any]
) -> list[Any]:
    """Lead the gradient of a loss by the outputs back through the model; None where a variable has no part in it."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        result = loaded.call(tensors_of(batch))[position]
    back = tf.constant(np.moveaxis(slope.gradient, -1, asked.axis).astype("float32"))
    wanted = [_raw(variable) for variable in variables]
    return list(tape.gradient(result, wanted, output_gradients=tf.cast(back, result.dtype)))


def _raw(variable: Any) -> Any:
    """Give the variable of TensorFlow that one of Keras 3 wraps; in TensorFlow `value` is a method."""
    value = getattr(variable, "value", None)
    return variable if value is None or callable(value) else value


def _norm_of_sum(gradients: Sequence[Any], shares: Sequence[float]) -> float:
    """Give the Euclidean norm of a weighted sum of gradients, None for 0; of a table, only some rows are there."""
    parts = [(each, share) for each, share in zip(gradients, shares, strict=True) if each is not None]
    if not parts:
        return 0.0
    if all(type(each).__name__ == "IndexedSlices" for each, _ in parts):
        rows = np.concatenate([np.asarray(each.indices) for each, _ in parts])
        values = np.concatenate([share * np.asarray(each.values).astype("float64") for each, share in parts])
        found, places = np.unique(rows, return_inverse=True)
        total = np.zeros((len(found), *values.shape[1:]))
        np.add.at(total, places.reshape(-1), values)
        return float(np.linalg.norm(total))
    return float(np.linalg.norm(sum(share * np.asarray(each).astype("float64") for each, share in parts)))


def _accuracy(pieces: list[_Piece], reads: Reading) -> dict[str, object]:
    values = np.concatenate([piece.values.reshape(-1, piece.values.shape[-1]) for piece in pieces])
    labels = np.concatenate([piece.labels.reshape(-1, piece.labels.shape[-1]) for piece in pieces])
    if reads is Reading.CATEGORICAL:
        hits = values.argmax(axis=-1) == labels.argmax(axis=-1)
        return {"largest": float(hits.mean()), "above_half": None, "above_zero": None}
    is_one = labels > 0.5
    return {
        "largest": None,
        "above_half": float(((values > 0.5) == is_one).mean()),
        "above_zero": float(((values > 0) == is_one).mean()),
    }
