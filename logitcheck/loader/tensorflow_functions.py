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
    options: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)


def _alike(functions: str, *operands: str) -> dict[str, Operation]:
    """Give those whose operation has their own name, in camel case; the functions are separated by spaces."""
    named = {name: "".join(part[:1].upper() + part[1:] for part in name.split("_")) for name in functions.split()}
    return _renamed(named, *operands)


def _renamed(table: Mapping[str, str], *operands: str) -> dict[str, Operation]:
    return {name: Operation(rule, operands) for name, rule in table.items()}


def _with_options(function: str, rule: str, **options: str) -> dict[str, Operation]:
    return {function: Operation(rule, options=options)}


def _reductions(table: Mapping[str, str]) -> dict[str, Operation]:
    options = {"keep_dims": "keepdims", "reduction_indices": "axis"}
    return {name: Operation(rule, options=options) for name, rule in table.items()}


def _resizing(table: Mapping[str, str], *operands: str) -> dict[str, Operation]:
    return {name: Operation("Resize", operands, settings={"interpolation": how}) for name, how in table.items()}


FUNCTIONS: Mapping[str, Operation] = {
    **_alike("exp log log1p expm1 sqrt rsqrt square abs negative sign floor ceil round reciprocal reciprocal_no_nan"),
    **_alike("sin cos tan sinh cosh tanh erf erfc erfinv angle conj real imag logical_not zero_fraction l2_loss"),
    **_alike("sigmoid log_sigmoid softmax log_softmax softplus softsign relu relu6 crelu elu selu gelu silu"),
    **_alike("identity stop_gradient convert_to_tensor ensure_shape cast saturate_cast zeros_like ones_like"),
    **_alike("shape size meshgrid einsum trace diag band_part matrix_transpose l2_normalize clip_by_norm moments"),
    **_alike("stack unstack repeat roll expand_dims broadcast_to depth_to_space space_to_depth gather_nd boolean_mask"),
    **_alike("cumsum cumprod sort argsort top_k in_top_k bincount sequence_mask max_pool add_n"),
    **_alike("segment_max segment_min segment_mean segment_sum"),
    **_renamed({"acos": "Arccos", "acosh": "Arccosh", "asin": "Arcsin", "asinh": "Arcsinh", "atan": "Arctan"}),
    **_renamed({"atanh": "Arctanh", "rint": "Round", "neg": "Negative", "rank": "Ndim", "bessel_i0": "I0"}),
    **_renamed({"is_nan": "Isnan", "is_inf": "Isinf", "is_finite": "Isfinite", "invert": "BitwiseInvert"}),
    **_renamed({"conjugate": "Conj", "swish": "Silu", "dropout": "ActiveDropout", "eye": "Identities"}),
    **_renamed({"concat": "Concatenate", "parallel_stack": "Stack", "gather_v2": "Take", "reverse": "Flip"}),
    **_renamed({"adjoint": "MatrixTranspose", "diag_part": "Diagonal", "searchsorted": "SearchSorted"}),
    **_renamed({"tensor_diag": "Diag", "tensor_diag_part": "Diagonal"}),
    **{f"unsorted_segment_{name}": Operation(f"Segment{name.title()}") for name in ("max", "min", "mean", "sum")},
    **{f"max_pool{rank}d": Operation("MaxPool") for rank in (1, 2, 3)},
    **_renamed({f"avg_pool{rank}": "AveragePool" for rank in ("", "1d", "2d", "3d")}),
    **_renamed({"image.resize_with_crop_or_pad": "PadImages", "image.pad_to_bounding_box": "PadImages"}),
    **_renamed({"image.crop_to_bounding_box": "CropImages", "image.central_crop": "CropImages"}),
    **_renamed({"image.flip_left_right": "FlipLeftRight", "image.flip_up_down": "FlipUpDown"}),
    **_renamed({"image.rgb_to_grayscale": "RGBToGrayscale", "image.rgb_to_hsv": "RGBToHSV"}),
    **_renamed({"image.hsv_to_rgb": "HSVToRGB", "image.extract_patches": "ExtractPatches"}),
    **_alike("add subtract multiply mod divide_no_nan squared_difference maximum minimum xlogy", "y"),
    **_alike("greater greater_equal less less_equal equal not_equal logical_and logical_or logical_xor", "y"),
    **_alike("bitwise_and bitwise_or bitwise_xor left_shift right_shift", "y"),
    **_renamed({"add_v2": "Add", "sub": "Subtract", "mul": "Multiply", "multiply_no_nan": "Multiply"}, "y"),
    **_renamed({"div": "TrueDivide", "divide": "TrueDivide", "truediv": "TrueDivide", "realdiv": "TrueDivide"}, "y"),
    **_renamed({"floordiv": "FloorDivide", "floor_div": "FloorDivide", "floormod": "Mod"}, "y"),
    **_renamed({"div_no_nan": "DivideNoNan", "pow": "Power"}, "y"),
    **_renamed({"atan2": "Arctan2", "scalar_mul": "Multiply"}, "x"),
    **_alike("nextafter", "x2"),
    **_alike("where", "x", "y"),
    **_alike("matmul tensordot matvec cross", "b"),
    **_alike("bias_add", "bias"),
    **_alike("linspace", "stop"),
    **_alike("conv conv_transpose", "filters"),
    **_renamed({f"conv{rank}d": "Conv" for rank in (1, 2, 3)}, "filters"),
    **_renamed({f"conv{rank}d_transpose": "ConvTranspose" for rank in (1, 2, 3)}, "filters"),
    **_renamed({"convolution": "Conv", "atrous_conv2d": "Conv", "depthwise_conv2d": "DepthwiseConv"}, "filters"),
    **_renamed({"atrous_conv2d_transpose": "ConvTranspose"}, "filters"),
    **_renamed({"separable_conv2d": "SeparableConv"}, "depthwise_filter", "pointwise_filter"),
    **_renamed({"batch_normalization": "BatchNorm"}, "mean", "variance", "offset", "scale"),
    **_renamed({"fill": "Full"}, "value"),
    **_renamed({"getitem": "GetItem"}, "slice_spec"),
    **_renamed({"tensor_scatter_nd_update": "ScatterUpdate"}, "indices", "updates"),
    **_reductions({"reduce_mean": "Mean", "reduce_sum": "Sum", "reduce_max": "Max", "reduce_min": "Min"}),
    **_reductions({"reduce_prod": "Prod", "reduce_all": "All", "reduce_any": "Any", "reduce_std": "Std"}),
    **_reductions({"reduce_variance": "Var", "reduce_logsumexp": "Logsumexp", "reduce_euclidean_norm": "Norm"}),
    **_reductions({"norm": "Norm", "count_nonzero": "CountNonzero"}),
    **_with_options("leaky_relu", "LeakyRelu", alpha="negative_slope"),
    **_with_options("argmax", "Argmax", dimension="axis"),
    **_with_options("argmin", "Argmin", dimension="axis"),
    **_with_options("one_hot", "OneHot", depth="num_classes"),
    **_with_options("clip_by_value", "Clip", clip_value_min="x_min", clip_value_max="x_max"),
    **_with_options("reshape", "Reshape", shape="newshape"),
    **_with_options("transpose", "Transpose", perm="axes"),
    **_with_options("squeeze", "Squeeze", squeeze_dims="axis"),
    **_with_options("split", "Split", num_or_size_splits="indices_or_sections"),
    **_with_options("tile", "Tile", multiples="repeats"),
    **_with_options("pad", "Pad", paddings="pad_width"),
    **_with_options("gather", "Take", params="x"),
    **_with_options("image.resize", "Resize", method="interpolation"),
    **_with_options("image.resize_images", "Resize", method="interpolation"),
    **_resizing({"image.resize_bilinear": "bilinear", "image.resize_nearest_neighbor": "nearest"}),
    **_resizing({"image.resize_bicubic": "bicubic", "image.resize_area": "area"}),
    "image.resize_with_pad": Operation("Resize", (), {"method": "interpolation"}, {"pad_to_aspect_ratio": True}),
    "embedding_lookup": Operation("Take", (), {"ids": "indices", "params": "x"}, {"axis": 0}),
    "slice": Operation("Slice", ("begin",), {"size": "shape"}),
}
"""Last part of the TensorFlow function's name -> operation (`nn.softmax`, `compat.v1.nn.softmax` -> `softmax`)."""

NAMESPACES = frozenset({"nn", "math", "linalg", "bitwise", "__operators__", "keras", "backend", "dtypes"})
"""Where a function is looked for under its last name alone."""

NODES: Mapping[str, Operation] = {
    **_alike("Exp Log Log1p Expm1 Sqrt Rsqrt Square Abs Sign Floor Ceil Round Reciprocal Erf Erfc Erfinv L2Loss"),
    **_alike("Sin Cos Tan Sinh Cosh Tanh Angle Conj Real Softmax LogSoftmax Sigmoid Softplus Softsign"),
    **_alike("Relu Relu6 LeakyRelu Elu Selu Identity StopGradient Cast ZerosLike OnesLike Shape Size"),
    **_alike("Add AddN Maximum Minimum SquaredDifference Xlogy Nextafter LogicalAnd LogicalOr LogicalNot"),
    **_alike("Greater GreaterEqual Less LessEqual Equal NotEqual BitwiseAnd BitwiseOr BitwiseXor LeftShift RightShift"),
    **_alike("Squeeze BroadcastTo GatherNd MaxPool DepthToSpace SpaceToDepth RGBToHSV HSVToRGB"),
    **_renamed({"AddV2": "Add", "BiasAdd": "Add", "Sub": "Subtract", "Mul": "Multiply", "MulNoNan": "Multiply"}),
    **_renamed({"Div": "TrueDivide", "RealDiv": "TrueDivide", "DivNoNan": "DivideNoNan", "Pow": "Power"}),
    **_renamed({"FloorDiv": "FloorDivide", "FloorMod": "Mod", "Neg": "Negative", "Inv": "Reciprocal"}),
    **_renamed({"Acos": "Arccos", "Acosh": "Arccosh", "Asin": "Arcsin", "Asinh": "Arcsinh", "Atan": "Arctan"}),
    **_renamed({"Atanh": "Arctanh", "Atan2": "Arctan2", "Rint": "Round", "Invert": "BitwiseInvert"}),
    **_renamed({"IsNan": "Isnan", "IsInf": "Isinf", "IsFinite": "Isfinite", "ClipByValue": "Clip"}),
    **_renamed({"MatMul": "Matmul", "BatchMatMul": "Matmul", "BatchMatMulV2": "Matmul", "InTopKV2": "InTopK"}),
    **_renamed({"Pack": "Stack", "Unpack": "Unstack", "ConcatV2": "Concatenate", "StridedSlice": "GetItem"}),
    **_renamed({"Select": "Where", "SelectV2": "Where", "Rank": "Ndim", "Fill": "Full"}),
    **_renamed({"MatrixDiag": "Diag", "MatrixDiagPart": "Diagonal", "DepthwiseConv2dNative": "DepthwiseConv"}),
    **_renamed({"Conv2D": "Conv", "Conv3D": "Conv", "MaxPool3D": "MaxPool"}),
    **_renamed({"AvgPool": "AveragePool", "AvgPool3D": "AveragePool"}),
    **_alike("Mean Sum Max Min Prod All Any Cumsum Cumprod ExpandDims", "axis"),
    **_renamed({"ArgMax": "Argmax", "ArgMin": "Argmin", "EuclideanNorm": "Norm", "ReverseV2": "Flip"}, "axis"),
    **_alike("OneHot", "num_classes"),
    **_alike("Reshape", "newshape"),
    **_alike("Transpose", "axes"),
    **_alike("Tile", "repeats"),
    **_alike("Pad", "pad_width"),
    **_renamed({"PadV2": "Pad"}, "pad_width", "constant_values"),
    **_alike("Slice", "start_indices", "shape"),
    **_renamed({"TopKV2": "TopK"}, "k"),
    **_renamed({"GatherV2": "Take"}, "indices", "axis"),
    "Gather": Operation("Take", ("indices",), settings={"axis": 0}),
    **_resizing({"ResizeBilinear": "bilinear", "ResizeNearestNeighbor": "nearest"}, "size"),
    **_resizing({"ResizeBicubic": "bicubic", "ResizeArea": "area"}, "size"),
}
"""TensorFlow op type -> operation; `operands` here are the names of constant operands after the first."""
