"""Make the saved models in this folder: small, untrained, right and wrong.

    python sample_models/make_samples.py [FOLDER]

writes all of them into FOLDER, by default the folder of this script. It needs Keras 3 and TensorFlow. The weights are
the same each time; the .keras files still differ from run to run, since Keras writes the time into them.

What each model shows, and what logitcheck says of it, stands in README.md beside this script.
"""

import argparse
import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

FEATURES = 4
CLASSES = 3
SEED = 1

Builder = Callable[[], Any]


# One output, several classes


def softmax_good() -> Any:
    """Build a softmax whose loss is named by a string, which means from_logits=False."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(4, activation="relu", name="hidden"),
            keras.layers.Dense(CLASSES, activation="softmax", name="predictions"),
        ],
        name="softmax_good",
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def softmax_from_logits() -> Any:
    """Build a softmax whose loss was told to expect logits."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(4, activation="relu", name="hidden"),
            keras.layers.Dense(CLASSES, activation="softmax", name="predictions"),
        ],
        name="softmax_from_logits",
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def logits_good() -> Any:
    """Build a linear last layer whose loss was told to expect logits."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(4, activation="relu", name="hidden"),
            keras.layers.Dense(CLASSES, name="predictions"),
        ],
        name="logits_good",
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def logits_without_flag() -> Any:
    """Build a linear last layer whose loss takes its values for probabilities."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(4, activation="relu", name="hidden"),
            keras.layers.Dense(CLASSES, name="predictions"),
        ],
        name="logits_without_flag",
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def bare_lstm() -> Any:
    """Build an LSTM without a layer after it: its tanh puts out values between -1 and 1."""
    import keras

    model = keras.Sequential(
        [keras.Input((2, FEATURES)), keras.layers.LSTM(CLASSES, name="predictions")],
        name="bare_lstm",
    )
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model


def multilabel_sigmoid_categorical() -> Any:
    """Build independent scores under a loss for classes that exclude each other."""
    import keras

    model = keras.Sequential(
        [keras.Input((FEATURES,)), keras.layers.Dense(CLASSES, activation="sigmoid", name="labels")],
        name="multilabel_sigmoid_categorical",
    )
    model.compile("sgd", "categorical_crossentropy")
    return model


def softmax_behind_reshape() -> Any:
    """Build a softmax for each pixel and a Reshape after it, behind which Keras no longer sees the softmax."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((2, 2, FEATURES)),
            keras.layers.Conv2D(CLASSES, 1, activation="softmax", name="pixels"),
            keras.layers.Reshape((4, CLASSES), name="predictions"),
        ],
        name="softmax_behind_reshape",
    )
    model.compile("sgd", keras.losses.CategoricalCrossentropy(from_logits=True))
    return model


# One output, one unit


def sigmoid_good() -> Any:
    """Build a sigmoid whose loss is named by a string, which means from_logits=False."""
    import keras

    model = keras.Sequential(
        [keras.Input((FEATURES,)), keras.layers.Dense(1, activation="sigmoid", name="predictions")],
        name="sigmoid_good",
    )
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


def sigmoid_from_logits() -> Any:
    """Build a sigmoid whose loss was told to expect logits."""
    import keras

    model = keras.Sequential(
        [keras.Input((FEATURES,)), keras.layers.Dense(1, activation="sigmoid", name="predictions")],
        name="sigmoid_from_logits",
    )
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def softmax_one_unit() -> Any:
    """Build a softmax over a single unit: it puts out 1, whatever the input."""
    import keras

    model = keras.Sequential(
        [keras.Input((FEATURES,)), keras.layers.Dense(1, activation="softmax", name="predictions")],
        name="softmax_one_unit",
    )
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


# More than a plain stack of layers


def two_outputs() -> Any:
    """Build two outputs with a loss each: "species" is right, "ripe" lacks its sigmoid."""
    import keras

    inputs = keras.Input((FEATURES,), name="measurements")
    hidden = keras.layers.Dense(4, activation="relu", name="hidden")(inputs)
    species = keras.layers.Dense(CLASSES, activation="softmax", name="species")(hidden)
    ripe = keras.layers.Dense(1, name="ripe")(hidden)
    model = keras.Model(inputs, {"species": species, "ripe": ripe}, name="two_outputs")
    model.compile("sgd", {"species": "categorical_crossentropy", "ripe": "binary_crossentropy"})
    return model


def nested() -> Any:
    """Build a model whose last layer is a model of its own, with the softmax inside it."""
    import keras

    head = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(CLASSES, activation="softmax", name="predictions")],
        name="head",
    )
    inputs = keras.Input((FEATURES,), name="measurements")
    hidden = keras.layers.Dense(4, activation="relu", name="hidden")(inputs)
    model = keras.Model(inputs, head(hidden), name="nested")
    model.compile("sgd", "categorical_crossentropy")
    return model


def metrics_on_logits() -> Any:
    """Build a pair of output and loss that is right, with metrics that take the logits for probabilities."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(4, activation="relu", name="hidden"),
            keras.layers.Dense(1, name="predictions"),
        ],
        name="metrics_on_logits",
    )
    model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy", keras.metrics.AUC()])
    return model


def half_precision() -> Any:
    """Build a softmax that is computed in 16 bits, as a policy for the whole model does it."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(4, activation="relu", dtype="mixed_float16", name="hidden"),
            keras.layers.Dense(CLASSES, activation="softmax", dtype="mixed_float16", name="predictions"),
        ],
        name="half_precision",
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    return model


def stacked_softmax() -> Any:
    """Build a finished softmax model with a second softmax put on top, to predict with."""
    import keras

    model = keras.Sequential([softmax_good(), keras.layers.Softmax(name="probabilities")], name="stacked_softmax")
    model.build((None, FEATURES))
    return model


def uncompiled() -> Any:
    """Build a softmax that was never given a loss."""
    import keras

    return keras.Sequential(
        [keras.Input((FEATURES,)), keras.layers.Dense(CLASSES, activation="softmax", name="predictions")],
        name="uncompiled",
    )


def custom_head() -> Any:
    """Build a model that ends in a layer only its author knows."""
    import keras

    @keras.saving.register_keras_serializable(package="sample_models")
    class SquaredShare(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types to inherit from
        """Divide each square by the sum of the squares."""

        def call(self, inputs: Any) -> Any:
            """Give the shares, which are probabilities: but only this code says so, and no file holds it."""
            squares = keras.ops.square(inputs)
            return squares / keras.ops.sum(squares, axis=-1, keepdims=True)

    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(CLASSES, name="scores"),
            SquaredShare(name="predictions"),
        ],
        name="custom_head",
    )
    model.compile("sgd", "categorical_crossentropy")
    return model


SAMPLES: dict[str, Builder] = {
    "softmax_good.keras": softmax_good,
    "softmax_from_logits.keras": softmax_from_logits,
    "logits_good.keras": logits_good,
    "logits_without_flag.h5": logits_without_flag,
    "sigmoid_good.h5": sigmoid_good,
    "sigmoid_from_logits.keras": sigmoid_from_logits,
    "softmax_one_unit.h5": softmax_one_unit,
    "two_outputs.keras": two_outputs,
    "nested.keras": nested,
    "softmax_behind_reshape.keras": softmax_behind_reshape,
    "bare_lstm.h5": bare_lstm,
    "multilabel_sigmoid_categorical.keras": multilabel_sigmoid_categorical,
    "stacked_softmax.keras": stacked_softmax,
    "uncompiled.keras": uncompiled,
    "custom_head.keras": custom_head,
    "metrics_on_logits.keras": metrics_on_logits,
    "half_precision.keras": half_precision,
}


def write_sample(path: Path, build: Builder) -> None:
    """Build one model, the same whatever was built before it, and save it."""
    import keras

    logging.getLogger("absl").setLevel(logging.ERROR)  # Keras advises against .h5 at each save.
    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    with warnings.catch_warnings():
        # Keras itself warns of the softmax over one unit, which is there on purpose.
        warnings.simplefilter("ignore", UserWarning)
        build().save(path)


def main() -> None:
    """Write every model of SAMPLES, and say so."""
    parser = argparse.ArgumentParser(description="Make the sample models.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent, help="where to write them")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name, build in SAMPLES.items():
        write_sample(folder / name, build)
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
