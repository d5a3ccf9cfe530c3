"""What is known of numbers at several places of a tensor where an input can make them differ, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from logitcheck import loader
from logitcheck.analyzer import analyze
from logitcheck.analyzer.values import Kind, Value
from logitcheck.model import SavedModel, Shape
from tests.building import Config, called, dense, functional, layer, operation, source, tensor, write

SHAPE: Shape = (None, 4, 3)


def of(folder: Path, *steps: Config, shape: Shape = SHAPE, dtype: str = "float32") -> Value:
    """What the last of the steps puts out; the first works on the input `a`."""
    entry = source("a", shape)
    entry["config"]["dtype"] = dtype
    loaded = loader.load(write(folder / "model.keras", functional([entry, *steps], [[steps[-1]["name"], 0, 0]])))
    assert isinstance(loaded, SavedModel)
    return analyze(loaded)[0].value


def head(activation: str = "linear", shape: Shape = SHAPE, on: str = "a", **config: object) -> Config:
    return called(dense("x", 3, activation, **config), tensor(on, shape))


def gram(shape: Shape = SHAPE) -> Config:
    return called(layer("Dot", "y", axes=-1, normalize=False), [tensor("x", shape)] * 2)


def shares(axis: int, shape: Shape = SHAPE) -> list[Config]:
    total = called(operation("Sum", "s", axis=axis, keepdims=True), tensor("x", shape))
    return [total, called(operation("Divide", "y"), tensor("x", shape), tensor("s", (None, 1, 3)))]


REPEATED = called(layer("RepeatVector", "r", n=4), tensor("a", (None, 3)))


@pytest.mark.parametrize("activation", ["linear", "elu", "gelu", "leaky_relu"])
def test_products_of_different_steps_have_either_sign(tmp_path: Path, activation: str) -> None:
    value = of(tmp_path, head(activation), gram())
    assert (value.goes_both_ways, value.is_unbounded) == (True, False), "those of a step with itself are squares"


def test_products_of_steps_that_are_never_negative_are_not_either(tmp_path: Path) -> None:
    value = of(tmp_path, head("relu"), gram())
    assert (value.kind, value.low) == (Kind.RANGE, 0.0)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({}, Kind.LOGITS),
        ({"center": False}, Kind.UNKNOWN),
        ({"scale": False}, Kind.UNKNOWN),
        ({"trainable": False}, Kind.UNKNOWN),
        ({"gamma_constraint": {"class_name": "NonNeg", "config": {}}}, Kind.UNKNOWN),
    ],
    ids=["scaled and shifted", "not shifted", "not scaled", "frozen", "held back"],
)
def test_a_learned_scale_and_shift_take_two_steps_that_differ_anywhere(
    tmp_path: Path, config: dict[str, object], kind: Kind
) -> None:
    norm = called(layer("BatchNormalization", "x", **config), tensor("e", SHAPE))
    weighed = head("exponential")
    weighed["name"] = weighed["config"]["name"] = "e"
    assert of(tmp_path, weighed, norm, gram()).kind is kind


def test_products_of_copies_of_one_step_are_squares_and_so_nothing_is_claimed(tmp_path: Path) -> None:
    value = of(tmp_path, REPEATED, head(on="r"), gram(), shape=(None, 3))
    assert value.kind is Kind.UNKNOWN


def test_products_of_a_single_step_with_itself_are_sums_of_squares(tmp_path: Path) -> None:
    value = of(tmp_path, head(shape=(None, 1, 3)), gram((None, 1, 3)), shape=(None, 1, 3))
    assert (value.kind, value.low, value.reaches_high) == (Kind.RANGE, 0.0, True)
    flat = of(tmp_path, head(shape=(None, 3)), gram((None, 3)), shape=(None, 3))
    assert (flat.kind, flat.low) == (Kind.RANGE, 0.0)


def test_products_with_the_rows_turned_into_columns_are_the_same(tmp_path: Path) -> None:
    turned = called(operation("Swapaxes", "t", axis1=-1, axis2=-2), tensor("x", SHAPE))
    product = called(operation("Matmul", "y"), tensor("x", SHAPE), tensor("t", (None, 3, 4)))
    assert of(tmp_path, head("elu"), turned, product).goes_both_ways


def test_a_bias_that_is_held_back_need_not_let_steps_have_either_sign(tmp_path: Path) -> None:
    held = {"class_name": "NonNeg", "config": {}}
    assert of(tmp_path, head("elu", kernel_constraint=held), gram()).goes_both_ways
    assert of(tmp_path, head("elu", kernel_constraint=held, bias_constraint=held), gram()).kind is Kind.UNKNOWN


@pytest.mark.parametrize(("channels", "kind"), [(3, Kind.LOGITS), (1, Kind.UNKNOWN)])
def test_without_a_bias_several_channels_of_an_input_let_steps_have_either_sign(
    tmp_path: Path, channels: int, kind: Kind
) -> None:
    shape = (None, 4, channels)
    without = head(shape=shape)
    without["config"]["use_bias"] = False
    assert of(tmp_path, without, gram(), shape=shape).kind is kind


@pytest.mark.parametrize(
    ("equation", "config", "kind"),
    [
        ("abc,cd->abd", {"bias_axes": "d"}, Kind.LOGITS),
        ("abc,cd->abd", {"bias_axes": None}, Kind.UNKNOWN),
        ("abc,cd->abd", {"bias_axes": "d", "trainable": False}, Kind.UNKNOWN),
        ("abc,bd->acd", {"bias_axes": "d"}, Kind.UNKNOWN),
        ("abc,cd->adb", {"bias_axes": "d"}, Kind.UNKNOWN),
        ("...c,cd->...d", {"bias_axes": "d"}, Kind.UNKNOWN),
    ],
)
def test_an_einsum_that_is_a_dense_layer_lets_steps_have_either_sign(
    tmp_path: Path, equation: str, config: dict[str, object], kind: Kind
) -> None:
    weighed = layer("EinsumDense", "x", equation=equation, output_shape=[None, 3], activation="elu", **config)
    assert of(tmp_path, called(weighed, tensor("a", SHAPE)), gram()).kind is kind


@pytest.mark.parametrize(("activation", "kind"), [("linear", Kind.LOGITS), ("elu", Kind.UNKNOWN)])
def test_a_little_on_top_of_a_sum_over_steps_is_outweighed_by_what_goes_anywhere(
    tmp_path: Path, activation: str, kind: Kind
) -> None:
    total, quotient = shares(1)
    above = called(operation("Add", "s"), tensor("t", (None, 1, 3)), 1e-7)
    total["name"] = total["config"]["name"] = "t"
    assert of(tmp_path, head(activation), total, above, quotient).kind is kind


def test_shares_of_a_sum_over_steps_go_off_where_the_steps_may_cancel_out(tmp_path: Path) -> None:
    assert of(tmp_path, head("leaky_relu"), *shares(1)).kind is Kind.LOGITS
    assert of(tmp_path, REPEATED, head("leaky_relu", on="r"), *shares(1), shape=(None, 3)).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("between", "kind"),
    [
        (layer("Activation", "b", activation="tanh"), Kind.LOGITS),
        (layer("Softmax", "b", axis=-1), Kind.LOGITS),
        (layer("Rescaling", "b", scale=2.0, offset=1.0), Kind.LOGITS),
        (layer("Rescaling", "b", scale=0.0, offset=1.0), Kind.UNIT_INTERVAL),
        (layer("UnitNormalization", "b", axis=1), Kind.UNKNOWN),
    ],
    ids=["tanh", "softmax", "rescaled", "rescaled by 0", "not followed"],
)
def test_steps_that_are_standardised_together_go_off_with_a_learned_scale(
    tmp_path: Path, between: Config, kind: Kind
) -> None:
    steps = (head(), called(between, tensor("x", SHAPE)))
    norm = layer("LayerNormalization", "y", axis=1, scale=True, center=False)
    value = of(tmp_path, *steps, called(norm, tensor("b", SHAPE)))
    assert (value.kind, value.is_balanced) == (kind, kind is Kind.LOGITS)


@pytest.mark.parametrize(
    ("pooling", "config", "kind"),
    [
        ("AveragePooling1D", {"pool_size": 2, "strides": None}, Kind.LOGITS),
        ("MaxPooling1D", {"pool_size": 2, "strides": 2}, Kind.LOGITS),
        ("MaxPooling1D", {"pool_size": [2], "strides": [3], "padding": "same"}, Kind.LOGITS),
        ("AveragePooling1D", {"pool_size": 3, "strides": 1, "padding": "same"}, Kind.UNKNOWN),
        ("AveragePooling1D", {"pool_size": 4}, Kind.UNIT_INTERVAL),
    ],
    ids=["halves", "maxima", "apart", "windows that overlap", "one window"],
)
def test_pooled_steps_differ_where_no_two_windows_have_one_in_common(
    tmp_path: Path, pooling: str, config: dict[str, object], kind: Kind
) -> None:
    pooled = called(layer(pooling, "p", **config), tensor("x", (None, 4, 1)))
    norm = layer("LayerNormalization", "y", axis=1, scale=True, center=False)
    weighed = called(dense("x", 1), tensor("a", SHAPE))
    steps = (pooled, called(norm, tensor("p", None)))
    assert of(tmp_path, weighed, *steps).kind is kind


@pytest.mark.parametrize(("inner", "kind"), [("Dense", Kind.LOGITS), ("RNN", Kind.UNKNOWN)])
def test_weights_of_a_norm_of_1_tell_steps_apart_but_let_them_not_be_any_number(
    tmp_path: Path, inner: str, kind: Kind
) -> None:
    normal = layer("SpectralNormalization", "x", layer=layer(inner, "inner", units=1, activation="elu"))
    shape: Shape = (None, 4, 1)
    norm = called(layer("LayerNormalization", "y", axis=1, scale=True, center=False), tensor("x", shape))
    assert of(tmp_path, called(normal, tensor("a", SHAPE)), norm).kind is kind
    assert of(tmp_path, called(normal, tensor("a", SHAPE)), gram(shape)).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"kernel_size": 2, "dilation_rate": 4, "padding": "same"}, Kind.UNKNOWN),
        ({"kernel_size": [2], "padding": "same"}, Kind.LOGITS),
        ({"kernel_size": 3, "dilation_rate": [4], "padding": "same"}, Kind.LOGITS),
        ({"kernel_size": 2, "dilation_rate": 2, "padding": "causal"}, Kind.LOGITS),
        ({"kernel_size": "two", "padding": "same"}, Kind.UNKNOWN),
    ],
    ids=["before and behind", "its own and the next", "its own and others", "its own and earlier", "unreadable"],
)
def test_a_convolution_that_looks_past_its_place_may_see_nothing(
    tmp_path: Path, config: dict[str, object], kind: Kind
) -> None:
    shape: Shape = (None, 4, 1)
    convolved = called(layer("Conv1D", "x", filters=1, strides=1, **config), tensor("a", SHAPE))
    norm = called(layer("LayerNormalization", "y", axis=1, scale=True, center=False), tensor("x", shape))
    assert of(tmp_path, convolved, norm).kind is kind


def test_repeated_steps_that_are_standardised_together_may_all_be_one_number(tmp_path: Path) -> None:
    norm = called(layer("LayerNormalization", "y", axis=1, scale=True, center=False), tensor("x", SHAPE))
    assert of(tmp_path, REPEATED, head(on="r"), norm, shape=(None, 3)).kind is Kind.UNKNOWN


def test_what_a_time_distributed_works_on_is_no_input_of_the_model(tmp_path: Path) -> None:
    """Softmax over one class puts out nothing but 1, at every place: after a clip, too."""
    shape: Shape = (None, 2, 4, 3)
    one = called(dense("x", 1, "softmax"), tensor("a", shape))
    cut = called(operation("Clip", "c", x_min=1e-7, x_max=1.0 - 1e-7), tensor("x", (None, 2, 4, 1)))
    norm = layer("LayerNormalization", "n", axis=1, scale=True, center=False)
    each = called(layer("TimeDistributed", "y", layer=norm), tensor("c", (None, 2, 4, 1)))
    assert of(tmp_path, one, cut, each, shape=shape).kind is not Kind.LOGITS


@pytest.mark.parametrize(
    ("axis", "groups", "units", "kind"),
    [(-1, 3, 3, Kind.LOGITS), (1, 4, 3, Kind.LOGITS), (1, 2, 1, Kind.UNKNOWN)],
    ids=["steps", "units of each step", "steps in groups"],
)
def test_a_group_normalisation_mixes_what_it_does_not_group(
    tmp_path: Path, axis: int, groups: int, units: int, kind: Kind
) -> None:
    norm = layer("GroupNormalization", "y", groups=groups, axis=axis, scale=True, center=False)
    unit = called(dense("x", units, "relu"), tensor("a", SHAPE))
    assert of(tmp_path, unit, called(norm, tensor("x", (None, 4, units)))).kind is kind


def test_looked_up_ids_tell_steps_apart(tmp_path: Path) -> None:
    shape = (None, 4)
    table = called(layer("Embedding", "x", input_dim=4, output_dim=3), tensor("a", shape))
    assert of(tmp_path, table, gram(), shape=shape, dtype="int32").goes_both_ways
    single = table | {"config": table["config"] | {"input_dim": 1}}
    assert of(tmp_path, single, gram(), shape=shape, dtype="int32").kind is Kind.UNKNOWN
    held = called(
        layer("Embedding", "x", input_dim=4, output_dim=3, embeddings_constraint={"class_name": "NonNeg"}),
        tensor("a", shape),
    )
    assert of(tmp_path, held, gram(), shape=shape, dtype="int32").kind is Kind.RANGE


IMAGE: Shape = (None, 2, 4, 3)


def enlarged(*steps: Config, method: str = "bicubic", made: Shape = IMAGE) -> list[Config]:
    """The steps, each on the one before, and the image that the last one made enlarged to other sizes."""
    resizing = layer("Resizing", "z", height=7, width=7, interpolation=method)
    names, shapes = ["a", *(step["name"] for step in steps)], [*[IMAGE] * len(steps), made]
    chain = zip([*steps, resizing], names, shapes, strict=True)
    return [called(step, tensor(name, shape)) for step, name, shape in chain]


def pooled(class_name: str, **config: object) -> list[Config]:
    sizes = {"pool_size": [1, 2], "strides": None, "padding": "valid", **config}
    made = (None, 1, 1, 3) if sizes["pool_size"] == [2, 4] else (None, 2, 2, 3)
    return enlarged(dense("x", 3, "relu"), layer(class_name, "p", **sizes), made=made)


def transposed(activation: str = "squareplus", **config: object) -> list[Config]:
    sizes = {"filters": 4, "kernel_size": [2, 2], "strides": [2, 2], "padding": "valid", "dilation_rate": [1, 1]}
    return enlarged(layer("Conv2DTranspose", "x", activation=activation, **{**sizes, **config}), made=(None, 4, 8, 4))


@pytest.mark.parametrize("method", ["bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize("activation", ["relu", "squareplus", "elu"])
def test_a_pixel_that_goes_off_alone_pulls_others_the_other_way(tmp_path: Path, method: str, activation: str) -> None:
    value = of(tmp_path, *enlarged(dense("x", 3, activation), method=method), shape=IMAGE)
    assert (value.goes_both_ways, value.is_unbounded, value.is_uneven) == (True, False, True)


def test_the_other_way_may_be_up(tmp_path: Path) -> None:
    steps = enlarged(dense("x", 3, "relu"), layer("Rescaling", "r", scale=-1.0, offset=0.0))
    assert of(tmp_path, *steps, shape=IMAGE).goes_both_ways


@pytest.mark.parametrize("name", ["trainable", "kernel_constraint", "bias_constraint"])
def test_pixels_that_weights_cannot_drive_off_alone_need_not_pull(tmp_path: Path, name: str) -> None:
    held = False if name == "trainable" else {"class_name": "MaxNorm", "config": {}}
    steps = enlarged(dense("x", 3, "relu", **{name: held}))
    assert of(tmp_path, *steps, shape=IMAGE).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        pytest.param({}, Kind.LOGITS, id="side by side"),
        pytest.param({"kernel_size": [3, 4], "padding": "same"}, Kind.LOGITS, id="overlapping"),
        pytest.param({"kernel_size": [1, 2]}, Kind.UNKNOWN, id="rows of the bias alone"),
        pytest.param({"strides": [2, 3]}, Kind.UNKNOWN, id="columns of the bias alone"),
        pytest.param({"output_padding": [1, 1]}, Kind.UNKNOWN, id="more rows and columns"),
        pytest.param({"strides": [1, 1], "dilation_rate": [2, 2]}, Kind.UNKNOWN, id="dilated"),
        pytest.param({"strides": "two"}, Kind.UNKNOWN, id="unreadable"),
        pytest.param({"data_format": "channels_first"}, Kind.UNKNOWN, id="channels first"),
        pytest.param({"trainable": False}, Kind.UNKNOWN, id="frozen"),
    ],
)
def test_a_transposed_convolution_tells_places_apart_where_it_leaves_no_gaps(
    tmp_path: Path, config: Config, kind: Kind
) -> None:
    assert of(tmp_path, *transposed(**config), shape=IMAGE).kind is kind


@pytest.mark.parametrize(
    ("class_name", "config", "kind"),
    [
        pytest.param("MaxPooling2D", {}, Kind.LOGITS, id="maxima"),
        pytest.param("MaxPooling2D", {"strides": [1, 2], "padding": "same"}, Kind.LOGITS, id="padded maxima"),
        pytest.param("MaxPooling2D", {"strides": [1, 1]}, Kind.UNKNOWN, id="windows that overlap"),
        pytest.param("MaxPooling2D", {"strides": "two"}, Kind.UNKNOWN, id="unreadable"),
        pytest.param("MaxPooling2D", {"pool_size": [2, 4]}, Kind.UNKNOWN, id="a single window"),
        pytest.param("MaxPooling2D", {"data_format": "channels_first"}, Kind.UNKNOWN, id="channels first"),
        pytest.param("AveragePooling2D", {}, Kind.LOGITS, id="means"),
        pytest.param("AveragePooling2D", {"padding": "same"}, Kind.UNKNOWN, id="padded means"),
    ],
)
def test_a_pooling_keeps_places_apart_where_its_windows_do_not_overlap(
    tmp_path: Path, class_name: str, config: Config, kind: Kind
) -> None:
    assert of(tmp_path, *pooled(class_name, **config), shape=IMAGE).kind is kind
