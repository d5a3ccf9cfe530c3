"""Models that take inputs of many kinds, written by `python -m tests.probing.varied FOLDER` in a process of its own."""

from __future__ import annotations

import logging
import os
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

LAYERS = """\
import keras


class Doubled(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs


@keras.saving.register_keras_serializable(package="own")
class Shares(keras.layers.Layer):
    def call(self, inputs):
        powers = keras.ops.exp(inputs - keras.ops.max(inputs, axis=-1, keepdims=True))
        return powers / keras.ops.sum(powers, axis=-1, keepdims=True)


@keras.saving.register_keras_serializable(package="own")
class Whole(keras.Model):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.last = keras.layers.Dense(3, activation="softmax")

    def build(self, shape):
        self.last.build(shape)

    def call(self, inputs):
        return self.last(inputs)
"""
"""The module `own_layers`, which the models with layers of their own are made with, and probed with --import."""


def two_inputs(keras: Any) -> Any:
    """Inputs in a dictionary whose keys are not sorted, outputs in another."""
    right, left = keras.Input((3,), name="right"), keras.Input((2,), name="left")
    whole = keras.layers.Concatenate()([right, left])
    head, other = keras.layers.Dense(4, activation="softmax", name="b"), keras.layers.Dense(1, name="a")
    return keras.Model({"right": right, "left": left}, {"b": head(whole), "a": other(whole)})


def listed_inputs(keras: Any) -> Any:
    first, second = keras.Input((3,)), keras.Input((3,))
    return keras.Model([second, first], keras.layers.Subtract()([first, second]))


def ids(keras: Any) -> Any:
    """Class ids that come in as floating point, through layers that hand them on, into a table of 7 rows."""
    inputs = keras.Input((12,))
    folded = keras.layers.Reshape((3, 4))(inputs)
    flat = keras.layers.Flatten()(folded)
    inner_input = keras.Input((12,))
    inner = keras.Model(inner_input, keras.layers.Embedding(7, 4)(inner_input))
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(keras.layers.LSTM(3)(inner(flat))))


def two_tables(keras: Any) -> Any:
    small, large = keras.Input((5,), dtype="int32"), keras.Input((5,), dtype="int32")
    both = [keras.layers.Embedding(2, 4)(small), keras.layers.Embedding(90, 4)(large)]
    return keras.Model([small, large], keras.layers.GlobalMaxPooling1D()(keras.layers.Add()(both)))


def masked(keras: Any) -> Any:
    """Padded sequences, whose masked steps are zeros in the end."""
    inputs = keras.Input((None,), dtype="int32")
    steps = keras.layers.LSTM(4, return_sequences=True)(keras.layers.Embedding(9, 4, mask_zero=True)(inputs))
    return keras.Model(inputs, keras.layers.TimeDistributed(keras.layers.Dense(3, activation="softmax"))(steps))


def attention_mask(keras: Any) -> Any:
    values, mask = keras.Input((6, 4)), keras.Input((6,), dtype="bool", name="mask")
    attended = keras.layers.MultiHeadAttention(1, 4)(values, values, attention_mask=keras.ops.expand_dims(mask, 1))
    return keras.Model([values, mask], keras.layers.Dense(2)(attended))


def free_length(keras: Any) -> Any:
    inputs = keras.Input((None, 3))
    return keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(keras.layers.GlobalAveragePooling1D()(inputs)))


def one_length(keras: Any) -> Any:
    """Steps whose number is free by what the model says, and 8 by what it does."""
    import numpy

    inputs = keras.Input((None, 3))
    return keras.Model(inputs, keras.layers.Dense(2)(keras.ops.add(inputs, numpy.ones((8, 3), "float32"))))


def deep_pooling(keras: Any) -> Any:
    """Images of any size, but not of 8 by 8."""
    layers = [keras.Input((None, None, 3))]
    for _ in range(4):
        layers += [keras.layers.Conv2D(2, 3), keras.layers.MaxPooling2D()]
    return keras.Sequential([*layers, keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(3, "softmax")])


def words(keras: Any) -> Any:
    inputs = keras.Input((1,), dtype="string")
    found = keras.layers.StringLookup(vocabulary=["red", "green"])(inputs)
    return keras.Model(inputs, keras.layers.Flatten()(keras.layers.Embedding(3, 2)(found)))


def sentences(keras: Any) -> Any:
    inputs = keras.Input((1,), dtype="string")
    found = keras.layers.TextVectorization(vocabulary=["red", "green"], output_sequence_length=4)(inputs)
    return keras.Model(inputs, keras.layers.Flatten()(keras.layers.Embedding(4, 2)(found)))


def fixed_rows(keras: Any) -> Any:
    layers = [keras.Input(batch_shape=(5, 4, 3)), keras.layers.LSTM(3, stateful=True), keras.layers.Softmax()]
    return keras.Sequential(layers)


def pixels(keras: Any) -> Any:
    layers = [keras.Input((4, 4, 1), dtype="uint8"), keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
    return keras.Sequential([*layers, keras.layers.Dense(3, "log_softmax")])


def decided(keras: Any) -> Any:
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.ops.argmax(keras.layers.Dense(3)(inputs), axis=-1))


def many_classes(keras: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(30_000, "softmax")])


def brain_floats(keras: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax", dtype="bfloat16")])


def sparse(keras: Any) -> Any:
    return keras.Sequential([keras.Input((4,), sparse=True), keras.layers.Dense(3)])


def own_layer(keras: Any) -> Any:
    import own_layers

    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), own_layers.Doubled(), own_layers.Shares()])


def own_model(keras: Any) -> Any:
    import own_layers

    model = own_layers.Whole()
    model(keras.ops.zeros((1, 4)))
    return model


def plain(keras: Any) -> Any:
    return keras.Sequential([keras.Input((4,), name="features"), keras.layers.Dense(3, "softmax", name="head")])


def ragged(keras: Any) -> Any:
    inputs = keras.Input((None,), ragged=True, dtype="int32")
    return keras.Model(inputs, keras.layers.LSTM(3)(keras.layers.Embedding(5, 2)(inputs)))


_OF_KERAS_3: tuple[Callable[[Any], Any], ...] = (
    *(two_inputs, listed_inputs, ids, two_tables, masked, attention_mask, free_length, deep_pooling, words, sentences),
    one_length,
    *(fixed_rows, pixels, decided, many_classes, brain_floats, sparse, own_layer, own_model),
)
_OF_KERAS_2: tuple[Callable[[Any], Any], ...] = (
    *(two_inputs, listed_inputs, ids, two_tables, masked, free_length, words, fixed_rows, ragged),
)


def main() -> None:
    """Write all of them into the folder that is given."""
    folder = Path(sys.argv[1])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("absl").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    (folder / "own_layers.py").write_text(LAYERS, encoding="utf-8")
    sys.path.insert(0, str(folder))
    import keras
    import tf_keras

    keras.utils.set_random_seed(1)  # by chance, small tables hold numbers of one sign only
    tf_keras.utils.set_random_seed(1)
    for make in _OF_KERAS_3:
        make(keras).save(folder / f"{make.__name__}.keras")
    for make in _OF_KERAS_2:
        make(tf_keras).save(folder / f"{make.__name__}_2.keras")
        make(tf_keras).save(folder / f"{make.__name__}_2.h5")
    own_layer(keras).save(folder / "own_layer.h5")
    plain(keras).export(folder / "exported", verbose=False)
    plain(tf_keras).save(folder / "saved_by_keras_2", save_format="tf")
    two_inputs(tf_keras).save(folder / "two_saved_by_keras_2", save_format="tf")
    plain(keras).save(folder / "plain.keras")
    with zipfile.ZipFile(folder / "plain.keras") as archive:
        archive.extractall(folder / "unpacked")


if __name__ == "__main__":
    main()
