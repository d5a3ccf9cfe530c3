"""What functions and node types of TensorFlow are among the operations of `keras.ops`: the tables alone.

`tensorflow_operations` reads a graph with them. Names are those under which TensorFlow exports a function, without the
namespaces in which it looks for any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Operation:
    """A `keras.ops` operation and where a TensorFlow function keeps its arguments.

    operands: keyword names of the operands after the first, in order.
    options: TensorFlow keyword -> Keras keyword, where they differ.
    settings: what the function's very name says, as an option.
    """

    rule: str
    operands: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None
    settings: Mapping[str, object] = field(default_factory=dict)


def _unary(*names: str) -> dict[str, Operation]:
    return {name.lower(): Operation(name) for name in names}


def _binary(table: Mapping[str, str]) -> dict[str, Operation]:
    return {name: Operation(rule, ("y",)) for name, rule in table.items()}


def _renamed(table: Mapping[str, str], *operands: str) -> dict[str, Operation]:
    return {name: Operation(rule, operands) for name, rule in table.items()}


_KEEPDIMS = {"keep_dims": "keepdims", "reduction_indices": "axis"}

FUNCTIONS: Mapping[str, Operation] = {
    **_unary("Exp", "Log", "Tanh", "Sqrt", "Rsqrt", "Square", "Abs", "Negative", "Sigmoid", "Softplus", "Softsign"),
    **_unary("Relu", "Relu6", "Elu", "Selu", "Gelu", "Silu", "Floor", "Ceil", "Round", "Sign", "Cast", "Identity"),
    **_unary("Softmax", "Sin", "Cos", "Log1p", "Expm1", "Erf", "Reciprocal"),
    "swish": Operation("Silu"),
    "leaky_relu": Operation("LeakyRelu", (), {"alpha": "negative_slope"}),
    "log_softmax": Operation("LogSoftmax"),
    "log_sigmoid": Operation("LogSigmoid"),
    "stop_gradient": Operation("StopGradient"),
    "convert_to_tensor": Operation("ConvertToTensor"),
    "saturate_cast": Operation("SaturateCast"),
    **_binary({"add": "Add", "add_v2": "Add", "subtract": "Subtract", "sub": "Subtract", "multiply": "Multiply"}),
    **_binary({"mul": "Multiply", "truediv": "TrueDivide", "divide": "TrueDivide", "div": "TrueDivide"}),
    **_binary({"div_no_nan": "DivideNoNan", "pow": "Power", "maximum": "Maximum", "minimum": "Minimum"}),
    **_binary({"greater": "Greater", "greater_equal": "GreaterEqual", "less": "Less", "less_equal": "LessEqual"}),
    **_binary({"equal": "Equal", "not_equal": "NotEqual", "floordiv": "FloorDivide", "mod": "Mod"}),
    "add_n": Operation("AddN"),
    "matmul": Operation("Matmul", ("b",)),
    "bias_add": Operation("BiasAdd", ("bias",)),
    "where": Operation("Where", ("x", "y")),
    "reduce_mean": Operation("Mean", (), _KEEPDIMS),
    "reduce_sum": Operation("Sum", (), _KEEPDIMS),
    "reduce_max": Operation("Max", (), _KEEPDIMS),
    "reduce_min": Operation("Min", (), _KEEPDIMS),
    "reduce_prod": Operation("Prod", (), _KEEPDIMS),
    "argmax": Operation("Argmax", (), {"dimension": "axis"}),
    "argmin": Operation("Argmin", (), {"dimension": "axis"}),
    "one_hot": Operation("OneHot", (), {"depth": "num_classes"}),
    "clip_by_value": Operation("Clip", (), {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "l2_normalize": Operation("L2Normalize"),
    "reshape": Operation("Reshape", (), {"shape": "newshape"}),
    "transpose": Operation("Transpose", (), {"perm": "axes"}),
    "expand_dims": Operation("ExpandDims"),
    "squeeze": Operation("Squeeze", (), {"squeeze_dims": "axis"}),
    "concat": Operation("Concatenate"),
    "stack": Operation("Stack"),
    "unstack": Operation("Unstack"),
    "split": Operation("Split", (), {"num_or_size_splits": "indices_or_sections"}),
    "tile": Operation("Tile", (), {"multiples": "repeats"}),
    "repeat": Operation("Repeat"),
    "gather": Operation("Take", (), {"params": "x"}),
    "gather_v2": Operation("Take"),
    "pad": Operation("Pad", (), {"paddings": "pad_width"}),
    "broadcast_to": Operation("BroadcastTo"),
    "reverse": Operation("Flip"),
    "roll": Operation("Roll"),
    "getitem": Operation("GetItem", ("slice_spec",)),
    **_unary("Cosh", "Sinh", "Tan", "Erfc", "Erfinv", "Angle", "Conj", "Real", "Imag", "Shape", "Size", "Einsum"),
    **_renamed({"acos": "Arccos", "acosh": "Arccosh", "asin": "Arcsin", "asinh": "Arcsinh", "atan": "Arctan"}),
    **_renamed({"atanh": "Arctanh", "rint": "Round", "neg": "Negative", "rank": "Ndim", "bessel_i0": "I0"}),
    **_renamed({"is_nan": "Isnan", "is_inf": "Isinf", "is_finite": "Isfinite", "logical_not": "LogicalNot"}),
    **_renamed({"zeros_like": "ZerosLike", "ones_like": "OnesLike", "crelu": "Crelu", "invert": "BitwiseInvert"}),
    **_renamed({"conjugate": "Conj", "ensure_shape": "EnsureShape", "reciprocal_no_nan": "ReciprocalNoNan"}),
    **_renamed({"parallel_stack": "Stack", "meshgrid": "Meshgrid", "matrix_transpose": "MatrixTranspose"}),
    **_renamed({"adjoint": "MatrixTranspose", "trace": "Trace", "diag": "Diag", "diag_part": "Diagonal"}),
    **_renamed({"tensor_diag": "Diag", "tensor_diag_part": "Diagonal", "band_part": "BandPart"}),
    **_renamed(
        {"l2_loss": "L2Loss", "zero_fraction": "ZeroFraction", "clip_by_norm": "ClipByNorm", "eye": "Identities"}
    ),
    **_renamed({"atan2": "Arctan2"}, "x"),
    **_renamed({"logical_and": "LogicalAnd", "logical_or": "LogicalOr", "logical_xor": "LogicalXor"}, "y"),
    **_renamed({"bitwise_and": "BitwiseAnd", "bitwise_or": "BitwiseOr", "bitwise_xor": "BitwiseXor"}, "y"),
    **_renamed(
        {"left_shift": "LeftShift", "right_shift": "RightShift", "xlogy": "Xlogy", "realdiv": "TrueDivide"}, "y"
    ),
    **_renamed({"floormod": "Mod", "floor_div": "FloorDivide", "divide_no_nan": "DivideNoNan"}, "y"),
    **_renamed({"squared_difference": "SquaredDifference", "multiply_no_nan": "Multiply"}, "y"),
    **_renamed({"scalar_mul": "Multiply"}, "x"),
    **_renamed({"nextafter": "Nextafter"}, "x2"),
    **_renamed({"tensordot": "Tensordot", "matvec": "Matvec", "cross": "Cross"}, "b"),
    "reduce_all": Operation("All", (), _KEEPDIMS),
    "reduce_any": Operation("Any", (), _KEEPDIMS),
    "reduce_std": Operation("Std", (), _KEEPDIMS),
    "reduce_variance": Operation("Var", (), _KEEPDIMS),
    "reduce_logsumexp": Operation("Logsumexp", (), _KEEPDIMS),
    "reduce_euclidean_norm": Operation("Norm", (), _KEEPDIMS),
    "count_nonzero": Operation("CountNonzero", (), _KEEPDIMS),
    "norm": Operation("Norm", (), _KEEPDIMS),
    "cumsum": Operation("Cumsum"),
    "cumprod": Operation("Cumprod"),
    "argsort": Operation("Argsort"),
    "sort": Operation("Sort"),
    "top_k": Operation("TopK"),
    "in_top_k": Operation("InTopK"),
    "searchsorted": Operation("SearchSorted"),
    "bincount": Operation("Bincount"),
    "sequence_mask": Operation("SequenceMask"),
    "linspace": Operation("Linspace", ("stop",)),
    "fill": Operation("Full", ("value",)),
    "slice": Operation("Slice", ("begin",), {"size": "shape"}),
    "gather_nd": Operation("GatherNd"),
    "boolean_mask": Operation("BooleanMask"),
    "embedding_lookup": Operation("Take", (), {"ids": "indices", "params": "x"}, {"axis": 0}),
    "tensor_scatter_nd_update": Operation("ScatterUpdate", ("indices", "updates")),
    **{f"segment_{name}": Operation(f"Segment{name.title()}") for name in ("max", "min", "mean", "sum")},
    **{f"unsorted_segment_{name}": Operation(f"Segment{name.title()}") for name in ("max", "min", "mean", "sum")},
    **{f"max_pool{rank}": Operation("MaxPool") for rank in ("", "1d", "2d", "3d")},
    **{f"avg_pool{rank}": Operation("AveragePool") for rank in ("", "1d", "2d", "3d")},
    **{f"conv{rank}d": Operation("Conv", ("filters",)) for rank in (1, 2, 3)},
    **{f"conv{rank}d_transpose": Operation("ConvTranspose", ("filters",)) for rank in (1, 2, 3)},
    **_renamed({"convolution": "Conv", "atrous_conv2d": "Conv", "depthwise_conv2d": "DepthwiseConv"}, "filters"),
    **_renamed({"conv_transpose": "ConvTranspose", "atrous_conv2d_transpose": "ConvTranspose"}, "filters"),
    "separable_conv2d": Operation("SeparableConv", ("depthwise_filter", "pointwise_filter")),
    "conv": Operation("Conv", ("filters",)),
    "batch_normalization": Operation("BatchNorm", ("mean", "variance", "offset", "scale")),
    "moments": Operation("Moments"),
    "dropout": Operation("ActiveDropout"),
    "depth_to_space": Operation("DepthToSpace"),
    "space_to_depth": Operation("SpaceToDepth"),
    "image.resize": Operation("Resize", (), {"method": "interpolation"}),
    "image.resize_images": Operation("Resize", (), {"method": "interpolation"}),
    "image.resize_bilinear": Operation("Resize", settings={"interpolation": "bilinear"}),
    "image.resize_nearest_neighbor": Operation("Resize", settings={"interpolation": "nearest"}),
    "image.resize_bicubic": Operation("Resize", settings={"interpolation": "bicubic"}),
    "image.resize_area": Operation("Resize", settings={"interpolation": "area"}),
    "image.resize_with_pad": Operation("Resize", (), {"method": "interpolation"}, {"pad_to_aspect_ratio": True}),
    "image.resize_with_crop_or_pad": Operation("PadImages"),
    "image.pad_to_bounding_box": Operation("PadImages"),
    "image.crop_to_bounding_box": Operation("CropImages"),
    "image.central_crop": Operation("CropImages"),
    "image.flip_left_right": Operation("FlipLeftRight"),
    "image.flip_up_down": Operation("FlipUpDown"),
    "image.rgb_to_grayscale": Operation("RGBToGrayscale"),
    "image.rgb_to_hsv": Operation("RGBToHSV"),
    "image.hsv_to_rgb": Operation("HSVToRGB"),
    "image.extract_patches": Operation("ExtractPatches"),
}
"""Last part of the TensorFlow function's name -> operation (`nn.softmax`, `compat.v1.nn.softmax` -> `softmax`)."""

NAMESPACES = frozenset({"nn", "math", "linalg", "bitwise", "__operators__", "keras", "backend", "dtypes"})
"""Where a function is looked for under its last name alone."""

NODES: Mapping[str, Operation] = {
    **{
        name: Operation(name)
        for name in (
            *("Softmax", "LogSoftmax", "Sigmoid", "Tanh", "Relu", "Relu6", "Softplus", "Softsign", "Exp", "Log", "Elu"),
            *("Selu", "Sqrt", "Rsqrt", "Square", "Abs", "Maximum", "Minimum", "Cast", "Identity", "StopGradient"),
            *("Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual", "Floor", "Ceil", "Round", "Sign"),
        )
    },
    **{name: Operation("Add") for name in ("Add", "AddV2", "BiasAdd")},
    "AddN": Operation("AddN"),
    "Sub": Operation("Subtract"),
    "Mul": Operation("Multiply"),
    "RealDiv": Operation("TrueDivide"),
    "Div": Operation("TrueDivide"),
    "Neg": Operation("Negative"),
    "Pow": Operation("Power"),
    "LeakyRelu": Operation("LeakyRelu"),
    "MatMul": Operation("Matmul"),
    "BatchMatMulV2": Operation("Matmul"),
    **{name: Operation(name, ("axis",)) for name in ("Mean", "Sum", "Max", "Min", "Prod")},
    "ArgMax": Operation("Argmax", ("axis",)),
    "ArgMin": Operation("Argmin", ("axis",)),
    "OneHot": Operation("OneHot", ("num_classes",)),
    "Reshape": Operation("Reshape", ("newshape",)),
    "Transpose": Operation("Transpose", ("axes",)),
    "ExpandDims": Operation("ExpandDims", ("axis",)),
    "Squeeze": Operation("Squeeze"),
    "Tile": Operation("Tile", ("repeats",)),
    "Pack": Operation("Stack"),
    "Unpack": Operation("Unstack"),
    "ConcatV2": Operation("Concatenate"),
    "Select": Operation("Where"),
    "SelectV2": Operation("Where"),
    "StridedSlice": Operation("GetItem"),
    **{
        name: Operation(name)
        for name in (
            *("Cosh", "Sinh", "Tan", "Sin", "Cos", "Erf", "Erfc", "Erfinv", "Expm1", "Log1p", "Reciprocal", "Angle"),
            *("LogicalAnd", "LogicalOr", "LogicalNot", "SquaredDifference", "Xlogy", "Conj", "Real", "L2Loss"),
            *("BitwiseAnd", "BitwiseOr", "BitwiseXor", "LeftShift", "RightShift", "Nextafter"),
            *("DepthToSpace", "SpaceToDepth", "MaxPool", "ZerosLike", "OnesLike", "Shape", "Size", "BroadcastTo"),
        )
    },
    **_renamed({"Acos": "Arccos", "Acosh": "Arccosh", "Asin": "Arcsin", "Asinh": "Arcsinh", "Atan": "Arctan"}),
    **_renamed(
        {"Atanh": "Arctanh", "Atan2": "Arctan2", "Rint": "Round", "Inv": "Reciprocal", "Invert": "BitwiseInvert"}
    ),
    **_renamed({"IsNan": "Isnan", "IsInf": "Isinf", "IsFinite": "Isfinite", "DivNoNan": "DivideNoNan"}),
    **_renamed({"FloorMod": "Mod", "FloorDiv": "FloorDivide", "MulNoNan": "Multiply", "AvgPool": "AveragePool"}),
    **_renamed({"MaxPool3D": "MaxPool", "AvgPool3D": "AveragePool", "Rank": "Ndim", "Fill": "Full"}),
    **_renamed({"Conv2D": "Conv", "Conv3D": "Conv", "DepthwiseConv2dNative": "DepthwiseConv"}),
    **_renamed({"BatchMatMul": "Matmul", "GatherNd": "GatherNd", "ClipByValue": "Clip", "InTopKV2": "InTopK"}),
    **_renamed({"RGBToHSV": "RGBToHSV", "HSVToRGB": "HSVToRGB", "MatrixDiag": "Diag", "MatrixDiagPart": "Diagonal"}),
    **{name: Operation(name, ("axis",)) for name in ("All", "Any", "Cumsum", "Cumprod")},
    "EuclideanNorm": Operation("Norm", ("axis",)),
    "ReverseV2": Operation("Flip", ("axis",)),
    "TopKV2": Operation("TopK", ("k",)),
    "GatherV2": Operation("Take", ("indices", "axis")),
    "Gather": Operation("Take", ("indices",), settings={"axis": 0}),
    "Pad": Operation("Pad", ("pad_width",)),
    "PadV2": Operation("Pad", ("pad_width", "constant_values")),
    "Slice": Operation("Slice", ("start_indices", "shape")),
    "ResizeBilinear": Operation("Resize", ("size",), settings={"interpolation": "bilinear"}),
    "ResizeNearestNeighbor": Operation("Resize", ("size",), settings={"interpolation": "nearest"}),
    "ResizeBicubic": Operation("Resize", ("size",), settings={"interpolation": "bicubic"}),
    "ResizeArea": Operation("Resize", ("size",), settings={"interpolation": "area"}),
}
"""TensorFlow op type -> operation; `operands` here are the names of constant operands after the first."""
