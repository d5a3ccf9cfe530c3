"""Names that changed between Keras 1, 2 and 3: classes and parameters of older versions under their Keras 3 names.

Source: Keras 2 release notes (legacy interfaces, keras/legacy/interfaces.py in 2.0-2.3) and the Keras 1.2.2 layers.
"""

from __future__ import annotations

from collections.abc import Mapping

_CONVOLUTIONS = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3DTranspose": "Conv3DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
}

_POOLING = {
    f"{short}{dimensions}": f"{long}{dimensions}"
    for short, long in {
        "AvgPool": "AveragePooling",
        "MaxPool": "MaxPooling",
        "GlobalAvgPool": "GlobalAveragePooling",
        "GlobalMaxPool": "GlobalMaxPooling",
        "GlobalAverage": "GlobalAveragePooling",
    }.items()
    for dimensions in ("1D", "2D", "3D")
}

CLASSES: Mapping[str, str] = {
    **_CONVOLUTIONS,
    **_POOLING,
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "TimeDistributedDense": "Dense",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "ConvLSTM2DCell": "ConvLSTM2D",
    "GroupedQueryAttention": "GroupQueryAttention",
}
"""Older or alternative class name -> the name whose semantics it has in Keras 3."""

_OF_CUDNN = {"activation": "tanh", "recurrent_activation": "sigmoid"}
_FIXED: Mapping[str, Mapping[str, object]] = {"CuDNNLSTM": _OF_CUDNN, "CuDNNGRU": _OF_CUDNN}
"""Classes that cannot be given parameters of the class they stand for, and write none: those that they always use."""

MERGE_MODES: Mapping[str, str] = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
    "max": "Maximum",
}
"""`mode` of the Keras 1 layer Merge -> the Keras 3 layer that does it."""

_PARAMETERS: Mapping[str, str] = {
    "nb_filter": "filters",
    "inner_activation": "recurrent_activation",
    "dim_ordering": "data_format",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "filter_length": "kernel_size",
    "pool_length": "pool_size",
    "stride": "strides",
    "atrous_rate": "dilation_rate",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "batch_input_shape": "batch_shape",
    "concat_axis": "axis",
    "dot_axes": "axes",
}

_PARAMETERS_OF: Mapping[str, Mapping[str, str]] = {
    "LeakyReLU": {"alpha": "negative_slope"},
    "Dropout": {"p": "rate"},
    "GaussianDropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate"},
    "SpatialDropout2D": {"p": "rate"},
    "SpatialDropout3D": {"p": "rate"},
    "UpSampling1D": {"length": "size"},
}

_OLDER_NAMES = frozenset(
    {*_PARAMETERS, *(old for renames in _PARAMETERS_OF.values() for old in renames), "output_dim", "nb_row"}
)

_DATA_FORMATS = {"th": "channels_first", "tf": "channels_last"}


def parameters(class_name: str, config: Mapping[str, object]) -> Mapping[str, object]:
    """Give the config of a layer with today's parameter names; names that are today's already win over older ones."""
    if class_name in _FIXED:
        return {**config, **_FIXED[class_name]}
    if config.keys().isdisjoint(_OLDER_NAMES):
        return config
    renames = {**_PARAMETERS, **_PARAMETERS_OF.get(class_name, {})}
    if class_name != "Embedding":
        renames["output_dim"] = "units"
    renamed = {new: config[old] for old, new in renames.items() if old in config and new not in config}
    if "nb_row" in config and "kernel_size" not in config:
        sides = ("kernel_dim1", "kernel_dim2", "kernel_dim3", "nb_row", "nb_col")
        renamed["kernel_size"] = [config[side] for side in sides if side in config]
    data_format = renamed.get("data_format")
    if isinstance(data_format, str):
        renamed["data_format"] = _DATA_FORMATS.get(data_format, data_format)
    return {**config, **renamed} if renamed else config
