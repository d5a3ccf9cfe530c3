"""Parameters and classes of older versions under today's names (keras-facts: "parameter renames")."""

from __future__ import annotations

import pytest

from logitcheck.loader import names


@pytest.mark.parametrize(
    ("class_name", "old", "new"),
    [
        ("Dense", "output_dim", "units"),
        ("Convolution2D", "nb_filter", "filters"),
        ("LSTM", "inner_activation", "recurrent_activation"),
        ("Convolution2D", "border_mode", "padding"),
        ("Convolution2D", "subsample", "strides"),
        ("Convolution1D", "subsample_length", "strides"),
        ("Convolution1D", "filter_length", "kernel_size"),
        ("MaxPooling1D", "pool_length", "pool_size"),
        ("MaxPooling1D", "stride", "strides"),
        ("AtrousConvolution2D", "atrous_rate", "dilation_rate"),
        ("Dense", "bias", "use_bias"),
        ("Dense", "init", "kernel_initializer"),
        ("Dense", "W_constraint", "kernel_constraint"),
        ("Dense", "b_constraint", "bias_constraint"),
        ("InputLayer", "batch_input_shape", "batch_shape"),
        ("Merge", "concat_axis", "axis"),
        ("Merge", "dot_axes", "axes"),
        ("LeakyReLU", "alpha", "negative_slope"),
        ("Dropout", "p", "rate"),
        ("GaussianDropout", "p", "rate"),
        ("SpatialDropout1D", "p", "rate"),
        ("SpatialDropout2D", "p", "rate"),
        ("SpatialDropout3D", "p", "rate"),
        ("UpSampling1D", "length", "size"),
    ],
)
def test_a_parameter_has_todays_name(class_name: str, old: str, new: str) -> None:
    assert names.parameters(class_name, {old: 7})[new] == 7


@pytest.mark.parametrize(
    ("class_name", "old", "new"),
    [("Embedding", "output_dim", "units"), ("ELU", "alpha", "negative_slope"), ("Custom", "p", "rate")],
)
def test_a_parameter_of_that_name_in_another_class_is_another(class_name: str, old: str, new: str) -> None:
    assert names.parameters(class_name, {old: 7}) == {old: 7}
    assert new not in names.parameters(class_name, {old: 7})


def test_todays_name_wins_over_the_old_one() -> None:
    assert names.parameters("Dense", {"output_dim": 3, "units": 5})["units"] == 5


@pytest.mark.parametrize(
    ("stored", "data_format"), [("th", "channels_first"), ("tf", "channels_last"), ("default", "default"), (None, None)]
)
def test_dim_ordering_is_the_data_format(stored: str | None, data_format: str | None) -> None:
    assert names.parameters("Convolution2D", {"dim_ordering": stored})["data_format"] == data_format


def test_rows_and_columns_are_the_kernel_size() -> None:
    assert names.parameters("Convolution2D", {"nb_row": 3, "nb_col": 5})["kernel_size"] == [3, 5]


def test_a_kernel_size_wins_over_rows_and_columns() -> None:
    assert names.parameters("Conv2D", {"nb_row": 3, "nb_col": 5, "kernel_size": [1, 1]})["kernel_size"] == [1, 1]


def test_a_config_of_today_is_left_alone() -> None:
    config = {"units": 3, "activation": "softmax"}
    assert names.parameters("Dense", config) is config


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(("Convolution1D", "Conv1D"), ("Convolution2D", "Conv2D"), ("Convolution3D", "Conv3D")),
        *(("Deconvolution2D", "Conv2DTranspose"), ("Convolution2DTranspose", "Conv2DTranspose")),
        *(("SeparableConvolution2D", "SeparableConv2D"), ("DepthwiseConvolution2D", "DepthwiseConv2D")),
        *(("AvgPool2D", "AveragePooling2D"), ("MaxPool1D", "MaxPooling1D"), ("GlobalMaxPool3D", "GlobalMaxPooling3D")),
        *(("GlobalAvgPool2D", "GlobalAveragePooling2D"), ("TimeDistributedDense", "Dense")),
        *(("CuDNNLSTM", "LSTM"), ("CuDNNGRU", "GRU"), ("BatchNormalizationV1", "BatchNormalization")),
    ],
)
def test_a_class_has_todays_name(old: str, new: str) -> None:
    assert names.CLASSES[old] == new


def test_no_new_name_is_an_old_one() -> None:
    assert not set(names.CLASSES) & set(names.CLASSES.values())


@pytest.mark.parametrize(
    ("mode", "layer"),
    [
        *(("sum", "Add"), ("mul", "Multiply"), ("ave", "Average"), ("concat", "Concatenate"), ("dot", "Dot")),
        *(("cos", "Dot"), ("max", "Maximum")),
    ],
)
def test_a_merge_mode_of_keras_1_is_a_layer(mode: str, layer: str) -> None:
    assert names.MERGE_MODES[mode] == layer
