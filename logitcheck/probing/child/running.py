"""Runs a loaded model on samples, and tallies what each output puts out."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from logitcheck.probing.child.loading import Loaded, said
from logitcheck.probing.child.samples import Batch, GivenSamples, MadeSamples, Samples
from logitcheck.probing.child.tally import Tally
from logitcheck.probing.errors import LOOK_AT_CODE, OF_CODE, ProbeErrorCode, RefusalError
from logitcheck.probing.request import Request

Array = Any

_ROWS = 32
"""Samples at once, if they are small."""

_NUMBERS_AT_ONCE = 64_000_000
"""Numbers in all tensors of a model at once: 256 MB. Keras keeps them all until a call is done."""

_LENGTHS = (8, 32, 128, 224)
"""What free sizes are tried to be: short sequences first; images and deep poolings need more."""

_IDS = (10, 2, 1)
"""Below what whole numbers are tried to stay where no limit is known."""

_FOR_LOSSES = 64
"""Samples that losses are computed on, each of which takes a way back through the model."""

_SHARE_FOR_LOSSES = 0.25
"""Of the time for running; what was run in it is run once more for losses."""

_NUMBERS_FOR_LOSSES = 2_000_000
"""Numbers of outputs that losses are computed on: 16 MB in 64 bits, several times over."""


@dataclass(kw_only=True, slots=True)
class Ran:
    """What came of a run. odd: how many samples hold NaN or infinity. ordinary: some ordinary inputs, for losses."""

    tallies: list[Tally]
    samples: int = 0
    odd: int = 0
    ordinary: list[Batch] = field(default_factory=list)


def run(loaded: Loaded, request: Request) -> Ran:
    """Run a model on as many samples as are wanted, or as there is time for; one batch at least.

    Raises RefusalError if no input that was tried goes through.
    """
    started = time.monotonic()
    samples, first = _started(loaded, request)
    ran = Ran(tallies=[])
    for batch, outputs in _batches(loaded, request, samples, first):
        ran.tallies = ran.tallies or [Tally(masked=loaded.masked) for _ in outputs]
        for tally, output in zip(ran.tallies, outputs, strict=True):
            tally.add(output, _ordinary(output, batch))
        ran.samples += batch.rows
        ran.odd += batch.odd_rows
        room = _room_for_losses(outputs, batch.rows) - sum(each.rows for each in ran.ordinary)
        if room > 0 and (not ran.ordinary or time.monotonic() - started < _SHARE_FOR_LOSSES * request.seconds):
            ran.ordinary.append(batch if _has_fixed_rows(loaded) else batch.only_ordinary(room))
        if time.monotonic() - started > request.seconds:
            break
    return ran


def _ordinary(output: Array, batch: Batch) -> Array:
    """Tell which rows of an output came of ordinary inputs; all may have, where rows are not those of the batch."""
    return batch.ordinary if len(output) == batch.rows else np.ones(len(output), dtype=bool)


def _room_for_losses(outputs: list[Array], rows: int) -> int:
    """Tell how many samples losses are computed on, where outputs are that large; one at least."""
    largest = max((output.size // max(1, rows) for output in outputs), default=1)
    return max(1, min(_FOR_LOSSES, _NUMBERS_FOR_LOSSES // max(1, largest)))


def outputs_of(loaded: Loaded, batch: Batch) -> list[Array]:
    """Give the outputs of one batch as arrays."""
    return [_array(tensor) for tensor in loaded.call(tensors_of(batch))]


def tensors_of(batch: Batch) -> list[Any]:
    """Give a batch as tensors."""
    import tensorflow as tf

    return [tf.constant(array.tolist() if array.dtype == object else array) for array in batch.arrays]


def _array(tensor: Any) -> Array:
    kind = type(tensor).__name__
    if "Sparse" in kind or "Ragged" in kind:
        raise _unsupported(f"puts out {kind.removesuffix('Value')}s")
    array = np.atleast_1d(np.asarray(tensor))
    if array.dtype.kind in "OUSc":
        raise _unsupported("puts out text" if array.dtype.kind != "c" else "puts out complex numbers")
    return array


def _unsupported(what: str) -> RefusalError:
    message = f"The model {what}, of which there is nothing to compare with a loss."
    return RefusalError(ProbeErrorCode.OUTPUT_UNSUPPORTED, message, "Probe a model that puts out numbers.")


def _started(loaded: Loaded, request: Request) -> tuple[Samples, tuple[Batch, list[Array]]]:
    """Give samples that go through the model, and what came of the first of them."""
    if request.data is not None:
        given = GivenSamples(request.data, loaded.inputs, request.samples)
        batch = given.batch(0, min(_rows(loaded), given.count))
        try:
            return given, (batch, outputs_of(loaded, batch))
        except RefusalError:
            raise
        except Exception as error:
            raise _not_run(error, request) from error
    failed: Exception | None = None
    for samples in _attempts(loaded, request):
        rows = _rows(loaded, samples.length)
        batch = samples.batch(0, rows if _has_fixed_rows(loaded) else min(rows, samples.count))
        try:
            return samples, (batch, outputs_of(loaded, batch))
        except (RefusalError, MemoryError):
            raise
        except Exception as error:  # what a model does not take, its layers say in many ways
            if type(error).__name__ == "ResourceExhaustedError":
                raise
            failed = failed or error
    assert failed is not None
    raise _not_run(failed, request) from failed


def _attempts(loaded: Loaded, request: Request) -> Iterator[MadeSamples]:
    free = any(spec.has_free_sizes for spec in loaded.inputs)
    open_ids = any(spec.is_whole and spec.below is None for spec in loaded.inputs)
    for length in _LENGTHS if free else _LENGTHS[:1]:
        for most in _IDS if open_ids else _IDS[:1]:
            yield MadeSamples(specs=loaded.inputs, count=request.samples, seed=request.seed, length=length, most=most)


def _not_run(error: Exception, request: Request) -> RefusalError:
    inputs = "made for it" if request.data is None else "in the data"
    message = f"The model does not run on the inputs {inputs}: {type(error).__name__}: {said(error)}"
    if isinstance(error, OF_CODE):
        hint = LOOK_AT_CODE
    elif request.data is not None:
        hint = "See whether the model takes what is in the data: sizes, and whole numbers in the range that it knows."
    else:
        hint = "Give inputs that it takes: --data x.npy or x.npz. If none help, look at the code of its layers."
    return RefusalError(ProbeErrorCode.RUN_FAILED, message, hint)


def _batches(
    loaded: Loaded, request: Request, samples: Samples, first: tuple[Batch, list[Array]]
) -> Iterator[tuple[Batch, list[Array]]]:
    """Give batches with their outputs; free sizes are doubled for the second half, where that goes through."""
    yield first
    done = rows = first[0].rows
    longer = _longer(loaded, samples)
    while done < samples.count:
        batch = samples.batch(done, rows if _has_fixed_rows(loaded) else min(rows, samples.count - done))
        outputs = None
        if longer is not None and done >= samples.count // 2:
            long_batch = longer.batch(done, batch.rows)
            outputs = _tried(loaded, long_batch)
            batch, longer = (batch, None) if outputs is None else (long_batch, longer)
        try:
            yield batch, outputs_of(loaded, batch) if outputs is None else outputs
        except (RefusalError, MemoryError):
            raise
        except Exception as error:
            if type(error).__name__ == "ResourceExhaustedError":
                raise
            raise _not_run(error, request) from error
        done += batch.rows


def _longer(loaded: Loaded, samples: Samples) -> MadeSamples | None:
    if not isinstance(samples, MadeSamples) or not any(spec.has_free_sizes for spec in loaded.inputs):
        return None
    return replace(samples, length=2 * samples.length)


def _tried(loaded: Loaded, batch: Batch) -> list[Array] | None:
    """Give the outputs of a batch, or None if it does not go through."""
    try:
        return outputs_of(loaded, batch)
    except Exception:  # noqa: BLE001  whatever it was, the sizes that went through before still do
        return None


def _rows(loaded: Loaded, length: int = 1) -> int:
    """Tell how many samples to run at once, by the size of all tensors; a fixed batch size is as it is."""
    fixed = [spec.shape[0] for spec in loaded.inputs if spec.shape[0] is not None]
    if fixed:
        return fixed[0]
    shapes = [*(spec.shape for spec in loaded.inputs), *loaded.shapes]
    numbers = sum(math.prod(length if size is None else size for size in shape[1:]) for shape in shapes)
    return max(1, min(_ROWS, _NUMBERS_AT_ONCE // max(1, numbers)))


def _has_fixed_rows(loaded: Loaded) -> bool:
    return any(spec.shape[0] is not None for spec in loaded.inputs)
