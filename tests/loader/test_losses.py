"""Every form and name of a loss (keras-facts: "Strings accepted by losses.get", "How each loss form is stored")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from logitcheck.loader import losses
from logitcheck.model import CROSSENTROPY_BY_SHAPE, Loss, LossForm
from tests.building import Config, function
from tests.building import loss as loss_object

FLAGGED = sorted(losses.WITH_FLAG)
FUNCTIONS = {
    "binary_crossentropy": "BinaryCrossentropy",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "kl_divergence": "KLDivergence",
    "mean_squared_error": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "huber": "Huber",
    "log_cosh": "LogCosh",
    "cosine_similarity": "CosineSimilarity",
    "poisson": "Poisson",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
}
SINCE_KERAS_3 = {"dice": "Dice", "tversky": "Tversky", "circle": "Circle", "ctc": "CTC"}
SHORT = {
    "kld": "KLDivergence",
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
}
OLDER = {
    "kullback_leibler_divergence": "KLDivergence",
    "huber_loss": "Huber",
    "logcosh": "LogCosh",
    "cosine_proximity": "CosineSimilarity",
    "cosine": "CosineSimilarity",
}
RAW = {
    "sigmoid_cross_entropy_with_logits": None,
    "weighted_cross_entropy_with_logits": None,
    "softmax_cross_entropy_with_logits": -1,
    "sparse_softmax_cross_entropy_with_logits": -1,
}


def read(raw: object, generation: int = 3) -> Loss:
    """The loss, which must be there."""
    loss = losses.read(raw, generation)
    assert loss is not None
    return loss


def in_hdf5(class_name: str, **config: Any) -> Config:
    """A loss object in HDF5, without module."""
    return {"class_name": class_name, "config": config}


def flag_of(name: str) -> Config:
    """What Keras always writes of the losses that have it."""
    return {"from_logits": False} if name in losses.WITH_FLAG else {}


def is_custom(loss: Loss) -> bool:
    """Whether the loss is the user's own, with a reason for the reader."""
    assert (loss.form is LossForm.CUSTOM) is (loss.reason is not None)
    return loss.form is LossForm.CUSTOM


@pytest.mark.parametrize("generation", [1, 2, 3])
def test_no_loss_is_none(generation: int) -> None:
    assert losses.read(None, generation) is None


# Strings


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_string_is_the_loss_of_that_name(name: str, generation: int) -> None:
    loss = read(name, generation)
    assert (loss.name, loss.label, loss.form) == (FUNCTIONS[name], name, LossForm.STRING)


@pytest.mark.parametrize("name", SINCE_KERAS_3)
def test_some_losses_came_with_keras_3(name: str) -> None:
    assert read(name).name == SINCE_KERAS_3[name]


@pytest.mark.parametrize(
    "name", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "hinge", "poisson"]
)
def test_keras_1_has_losses_too(name: str) -> None:
    assert read(name, 1).name == FUNCTIONS[name]


@pytest.mark.parametrize("generation", [1, 2, 3])
@pytest.mark.parametrize("name", [*SHORT, *(name.upper() for name in SHORT)])
def test_a_short_name_may_be_written_in_capitals(name: str, generation: int) -> None:
    loss = read(name, generation)
    assert (loss.name, loss.label) == (SHORT[name.lower()], name)


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("name", ["bce", "BCE"])
def test_bce_is_binary_crossentropy_since_keras_2(name: str, generation: int) -> None:
    assert read(name, generation).name == "BinaryCrossentropy"


@pytest.mark.parametrize("name", ["bce", "BCE"])
def test_bce_is_nothing_in_keras_1(name: str) -> None:
    assert is_custom(read(name, 1))


@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize("name", OLDER)
def test_old_names_are_known_in_old_files(name: str, generation: int) -> None:
    assert read(name, generation).name == OLDER[name]


@pytest.mark.parametrize("name", OLDER)
def test_old_names_are_the_users_own_in_keras_3(name: str) -> None:
    assert is_custom(read(name))


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("name", sorted(set(FUNCTIONS.values())))
def test_the_name_of_a_class_is_a_string_too(name: str, generation: int) -> None:
    loss = read(name, generation)
    assert (loss.name, loss.form) == (name, LossForm.STRING)


@pytest.mark.parametrize("name", ["BinaryCrossentropy", "MeanSquaredError"])
def test_keras_1_has_no_classes(name: str) -> None:
    assert is_custom(read(name, 1))


@pytest.mark.parametrize("name", ["ce", "CE", "Ce", "crossentropy", "Crossentropy", "CROSSENTROPY"])
def test_crossentropy_is_chosen_by_shape_in_keras_3(name: str) -> None:
    loss = read(name)
    assert (loss.name, loss.label, loss.from_logits, loss.axis) == (CROSSENTROPY_BY_SHAPE, name, False, -1)


@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize("name", ["ce", "crossentropy"])
def test_crossentropy_fails_at_the_first_fit_of_older_versions(name: str, generation: int) -> None:
    loss = read(name, generation)
    assert is_custom(loss)
    assert loss.reason is not None
    assert "the first fit fails" in loss.reason


@pytest.mark.parametrize("name", ["Mse", "Bce", "Binary_Crossentropy", "BINARY_CROSSENTROPY", "binarycrossentropy"])
def test_case_matters_in_all_other_names(name: str) -> None:
    assert is_custom(read(name))


@pytest.mark.parametrize("generation", [1, 2, 3])
@pytest.mark.parametrize("name", ["my_loss", "mine>my_loss", "mine>binary_crossentropy", "", "inner", "loss\ud800"])
def test_any_other_string_is_the_users_own(name: str, generation: int) -> None:
    loss = read(name, generation)
    assert is_custom(loss)
    assert loss.label == name


@pytest.mark.parametrize("generation", [1, 2, 3])
def test_a_lambda_in_hdf5_is_a_string(generation: int) -> None:
    loss = read("<lambda>", generation)
    assert is_custom(loss)
    assert loss.reason == "the loss is a Python lambda, whose code is never run"


RAW_FORMS = {
    "function of TensorFlow 2": lambda name: function(f"{name}_v2"),
    "function of TensorFlow 1": function,
    "string of TensorFlow 2": lambda name: f"{name}_v2",
}


@pytest.mark.parametrize("form", RAW_FORMS.values(), ids=RAW_FORMS.keys())
@pytest.mark.parametrize("name", RAW)
def test_raw_functions_of_tensorflow_have_no_flag(name: str, form: Callable[[str], Any]) -> None:
    """They all expect logits."""
    loss = read(form(name))
    assert (loss.name, loss.form) == (name, LossForm.FUNCTION)
    assert loss.label in {name, f"{name}_v2"}
    assert (loss.from_logits, loss.axis, loss.reason) == (None, RAW[name], None)


# Functions and lambdas


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_the_loss_of_that_name(name: str, generation: int) -> None:
    loss = read(function(name), generation)
    assert (loss.name, loss.label, loss.form) == (FUNCTIONS[name], name, LossForm.FUNCTION)


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("name", ["my_loss", "mine>my_loss", "inner", "BinaryCrossentropy"])
def test_a_function_of_another_name_is_custom(name: str, generation: int) -> None:
    loss = read(function(name), generation)
    assert is_custom(loss)
    assert loss.reason == f"{name!r} is a custom function"


@pytest.mark.parametrize(
    "config", [{"value": ["4wE=", None, None]}, {"code": "4wE=", "defaults": None, "closure": None}], ids=["2", "3"]
)
def test_a_lambda_is_never_run(config: Config) -> None:
    loss = read({"class_name": "__lambda__", "config": config})
    assert is_custom(loss)
    assert loss.reason == "the loss is a Python lambda, whose code is never run"


@pytest.mark.parametrize("generation", [1, 2, 3])
@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_a_string_or_a_function_always_means_probabilities(name: str, generation: int) -> None:
    assert read(name, generation).from_logits is False
    assert read(function(name), generation).from_logits is False


# Objects

STORED = {
    "archive of Keras 3": (3, loss_object),
    "archive of Keras 2": (2, lambda name, **config: loss_object(name, fn="binary_crossentropy", **config)),
    "HDF5 of Keras 3": (3, in_hdf5),
    "HDF5 of Keras 2": (2, lambda name, **config: in_hdf5(name, reduction="auto", name="l", **config)),
}
each_container = pytest.mark.parametrize(("generation", "stored"), STORED.values(), ids=STORED.keys())


@each_container
@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("name", FLAGGED)
def test_an_object_keeps_its_flag(name: str, from_logits: bool, generation: int, stored: Any) -> None:
    loss = read(stored(name, from_logits=from_logits), generation)
    assert (loss.name, loss.label, loss.form) == (name, name, LossForm.OBJECT)
    assert loss.from_logits is from_logits


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("name", FLAGGED)
def test_an_object_without_the_flag_is_not_read_with_its_default(name: str, generation: int) -> None:
    """Every version writes it: where it is not, its key was damaged."""
    loss = read(in_hdf5(name, name="l", reduction="auto"), generation)
    assert is_custom(loss)
    assert loss.reason == f"it is stored without from_logits, which Keras always stores of {name}"


@each_container
@pytest.mark.parametrize("name", sorted(set(FUNCTIONS.values())))
def test_an_object_with_a_parameter_that_keras_does_not_take_is_unknown(
    name: str, generation: int, stored: Any
) -> None:
    loss = read(stored(name, from_mogits=True, **flag_of(name)), generation)
    assert is_custom(loss)
    assert loss.reason == f"it is stored with 'from_mogits', which is no parameter of {name}"


MISTYPED: dict[str, tuple[str, Config]] = {
    "an axis that is a text": ("CategoricalCrossentropy", {"axis": "x"}),
    "an axis that is a list": ("CategoricalCrossentropy", {"axis": [0]}),
    "no axis": ("CategoricalCrossentropy", {"axis": None}),
    "an axis that is true": ("CategoricalCrossentropy", {"axis": True}),
    "an axis that no tensor has": ("CategoricalCrossentropy", {"axis": 10**99}),
    "a smoothing that is a text": ("BinaryCrossentropy", {"label_smoothing": "x"}),
    "a smoothing beyond all numbers": ("BinaryCrossentropy", {"label_smoothing": 10**400}),
    "a flag that is a list": ("SparseCategoricalCrossentropy", {"from_logits": []}),
    "a flag that is an object": ("SparseCategoricalCrossentropy", {"from_logits": {}}),
    "a class that is a text": ("SparseCategoricalCrossentropy", {"ignore_class": "0"}),
    "an alpha that is a text": ("CategoricalFocalCrossentropy", {"alpha": ["x"]}),
    "a gamma of none": ("BinaryFocalCrossentropy", {"gamma": None}),
    "a reduction that is a number": ("MeanSquaredError", {"reduction": 3}),
    "an overlap over a text": ("Dice", {"axis": "x"}),
}


@pytest.mark.parametrize(("name", "config"), MISTYPED.values(), ids=MISTYPED.keys())
def test_a_parameter_of_another_type_is_not_read_as_its_default(name: str, config: Config) -> None:
    loss = read(loss_object(name, **config))
    assert is_custom(loss)
    assert loss.reason == f"it is stored with a {next(iter(config))} of another type than {name} takes"


WRITTEN: dict[str, tuple[int, str, Config]] = {
    "TF 1.15": (2, "BinaryCrossentropy", {"reduction": "auto", "name": "b", "from_logits": True, "label_smoothing": 0}),
    "TF 2.15": (2, "Huber", {"reduction": "auto", "name": "huber_loss", "delta": 1.0, "fn": "huber"}),
    "tf-keras": (2, "CosineSimilarity", {"reduction": "auto", "name": "c", "axis": -1, "fn": "cosine_similarity"}),
    "Keras 3.3": (3, "Dice", {"name": "dice", "reduction": "sum_over_batch_size"}),
    "Keras 3.15": (3, "Dice", {"name": "dice", "reduction": "sum_over_batch_size", "axis": None}),
    "several axes": (3, "Tversky", {"name": "t", "reduction": None, "alpha": 0.3, "beta": 0.7, "axis": [1, 2]}),
    "an alpha for each class": (
        3,
        "CategoricalFocalCrossentropy",
        {"from_logits": False, "label_smoothing": None, "axis": -1, "alpha": [0.25, 0.75], "gamma": 2},
    ),
    "a circle": (3, "Circle", {"name": "circle", "gamma": 80.0, "margin": 0.4, "remove_diagonal": True}),
    "a type": (3, "SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": None, "dtype": "float32"}),
}


@pytest.mark.parametrize(("generation", "name", "config"), WRITTEN.values(), ids=WRITTEN.keys())
def test_what_some_version_writes_is_read(generation: int, name: str, config: Config) -> None:
    assert read(in_hdf5(name, **config), generation).reason is None


@pytest.mark.parametrize(("stored", "flag"), [("False", True), ("", False), (1, True), (0, False), (None, False)])
def test_a_flag_counts_as_keras_counts_it(stored: object, flag: bool) -> None:
    """Keras asks `if from_logits`, and keeps what it was given: a text is true, whatever it says."""
    assert read(in_hdf5("BinaryCrossentropy", from_logits=stored)).from_logits is flag


@each_container
@pytest.mark.parametrize("name", sorted(set(FUNCTIONS.values()) - losses.WITH_FLAG))
def test_an_object_without_such_a_parameter_has_none(name: str, generation: int, stored: Any) -> None:
    loss = read(stored(name), generation)
    assert (loss.name, loss.form, loss.from_logits) == (name, LossForm.OBJECT, None)


@pytest.mark.parametrize("name", ["Dice", "Tversky", "Circle", "CTC", "CategoricalGeneralizedCrossEntropy"])
@pytest.mark.parametrize("stored", [loss_object, in_hdf5], ids=["archive", "HDF5"])
def test_the_objects_of_keras_3_are_known(name: str, stored: Any) -> None:
    assert read(stored(name)).name == name


@pytest.mark.parametrize("name", ["CategoricalCrossentropy", "CategoricalFocalCrossentropy"])
@pytest.mark.parametrize(("config", "axis"), [({}, -1), ({"axis": 1}, 1)])
def test_the_class_axis_is_read(name: str, config: Config, axis: int) -> None:
    assert read(loss_object(name, **config)).axis == axis


def test_a_divergence_is_always_taken_along_the_last_axis() -> None:
    assert read(loss_object("KLDivergence")).axis == -1


@pytest.mark.parametrize("name", ["BinaryCrossentropy", "MeanSquaredError", "Dice", "CosineSimilarity"])
def test_a_loss_without_classes_has_no_class_axis(name: str) -> None:
    """The `axis` of a binary cross-entropy is the one that the mean is taken over."""
    loss = read(loss_object(name, **({} if name == "MeanSquaredError" else {"axis": -1})))
    assert (loss.axis, loss.reason) == (None, None)


@pytest.mark.parametrize(
    ("config", "ignores"), [({}, False), ({"ignore_class": None}, False), ({"ignore_class": 0}, True)]
)
def test_an_ignored_class_is_told(config: Config, ignores: bool) -> None:
    assert read(loss_object("SparseCategoricalCrossentropy", **config)).ignore_class is ignores


@pytest.mark.parametrize("config", [None, 3, "text", []], ids=repr)
def test_an_object_whose_config_is_damaged_does_not_have_the_defaults(config: object) -> None:
    """It may have been a loss with from_logits=True: nobody knows."""
    assert is_custom(read({"class_name": "BinaryCrossentropy", "config": config}))


def test_an_object_without_a_config_does_not_have_the_defaults_either() -> None:
    assert is_custom(read({"class_name": "BinaryCrossentropy"}))


CUSTOM: dict[str, Config] = {
    "archive, main module": {"module": None, "class_name": "Mine", "registered_name": "Mine"},
    "archive, registered": {"module": "pkg.mod", "class_name": "Mine", "registered_name": "pkg>Mine"},
    "HDF5": {"class_name": "Mine"},
    "HDF5, registered": {"class_name": "pkg>Mine"},
    "a name that Keras has too": {"module": "pkg", "class_name": "BinaryCrossentropy", "registered_name": None},
    "registered, a name that Keras has too": {"class_name": "pkg>BinaryCrossentropy"},
    "an addon": {"class_name": "Addons>SigmoidFocalCrossEntropy"},
    "a metric wrapper": {"class_name": "MeanMetricWrapper"},
}


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("stored", CUSTOM.values(), ids=CUSTOM.keys())
def test_an_object_of_another_class_is_custom(stored: Config, generation: int) -> None:
    assert is_custom(read(stored | {"config": {}}, generation))


@pytest.mark.parametrize(
    ("config", "hint"), [({"from_logits": True}, True), ({"from_logits": False}, False), ({}, None)]
)
def test_the_flag_of_a_custom_loss_is_a_hint_and_no_fact(config: Config, hint: bool | None) -> None:
    loss = read(in_hdf5("pkg>Mine", **config))
    assert loss.from_logits is None
    assert loss.hint_from_logits is hint


def test_a_registered_loss_is_called_by_its_full_name() -> None:
    assert read(in_hdf5("pkg>Mine")).label == "pkg>Mine"


# LossFunctionWrapper

WRAPPED: dict[str, tuple[int, Config]] = {
    "archive of Keras 3": (3, {"module": "keras.src.losses.losses", "class_name": "LossFunctionWrapper"}),
    "archive of Keras 2": (2, {"module": "keras.__internal__.losses", "class_name": "LossFunctionWrapper"}),
    "HDF5 of Keras 3": (3, {"class_name": "LossFunctionWrapper"}),
    "HDF5 of Keras 2": (2, {"class_name": "LossFunctionWrapper"}),
}
each_wrapper = pytest.mark.parametrize(("generation", "stored"), WRAPPED.values(), ids=WRAPPED.keys())


@each_wrapper
@pytest.mark.parametrize("fn", ["binary_crossentropy", function("binary_crossentropy")], ids=["string", "object"])
@pytest.mark.parametrize("from_logits", [True, False])
def test_a_wrapper_is_the_function_with_its_parameters(
    generation: int, stored: Config, fn: object, from_logits: bool
) -> None:
    loss = read(stored | {"config": {"fn": fn, "name": "w", "from_logits": from_logits}}, generation)
    assert (loss.name, loss.form, loss.from_logits) == ("BinaryCrossentropy", LossForm.FUNCTION, from_logits)


@each_wrapper
def test_a_wrapper_that_was_given_no_flag_has_the_default(generation: int, stored: Config) -> None:
    loss = read(stored | {"config": {"fn": "binary_crossentropy", "name": None, "reduction": "auto"}}, generation)
    assert (loss.from_logits, loss.reason) == (False, None)


@each_wrapper
def test_a_wrapper_with_a_parameter_that_the_function_does_not_take_is_unknown(generation: int, stored: Config) -> None:
    assert is_custom(read(stored | {"config": {"fn": "binary_crossentropy", "from_mogits": True}}, generation))


@each_wrapper
@pytest.mark.parametrize("fn", ["mine", function("mine"), None, 3, {}], ids=repr)
def test_a_wrapper_of_another_function_is_custom(generation: int, stored: Config, fn: object) -> None:
    loss = read(stored | {"config": {"fn": fn, "from_logits": True}}, generation)
    assert is_custom(loss)
    assert loss.hint_from_logits is True


def test_a_wrapper_of_a_raw_function_is_that_function() -> None:
    loss = read(in_hdf5("LossFunctionWrapper", fn="sigmoid_cross_entropy_with_logits_v2"))
    assert loss.name == "sigmoid_cross_entropy_with_logits"


def test_a_custom_class_called_like_the_wrapper_is_custom() -> None:
    stored = {"module": "mine", "class_name": "LossFunctionWrapper", "config": {"fn": "mean_squared_error"}}
    assert is_custom(read(stored))


# Anything else


@pytest.mark.parametrize(
    "raw", [3, True, 1.5, [], ["mse"], {}, {"class_name": None}, {"class_name": 3, "config": {}}], ids=repr
)
@pytest.mark.parametrize("generation", [1, 2, 3])
def test_a_form_that_keras_never_writes_is_unreadable(raw: object, generation: int) -> None:
    loss = read(raw, generation)
    assert is_custom(loss)
    assert loss.reason == "the loss is stored in a form that Keras never writes"


@pytest.mark.parametrize("config", [None, 3, {}, ["mse"]], ids=repr)
def test_a_function_without_a_name_is_custom(config: object) -> None:
    assert is_custom(read({"class_name": "function", "config": config}))
