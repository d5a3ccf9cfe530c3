"""Layers and operations whose results come from some of their operand's numbers, not from each of them.

What is known to be reached of numbers that are not alike need not be reached by those that are picked out.
"""

from __future__ import annotations

from logitcheck.analyzer.calls import LayerCall
from logitcheck.analyzer.values import Value, unreached
from logitcheck.model import LayerKind

_RANKS = (1, 2, 3)
_POOLING = ("MaxPooling", "AveragePooling", "AdaptiveMaxPooling", "AdaptiveAveragePooling")

LAYERS = frozenset(
    {
        *(f"{name}{rank}D" for name in (*_POOLING, "GlobalMaxPooling", "GlobalAveragePooling") for rank in _RANKS),
        *(f"Cropping{rank}D" for rank in _RANKS),
        *("CenterCrop", "Resizing", "RandomCrop", "RandomHeight", "RandomWidth"),
        *("Attention", "AdditiveAttention", "Dot"),
    }
)
"""Layers that crop, sample, or put out means and extremes of some of the numbers."""

OPERATIONS = frozenset(
    {
        *("GetItem", "Take", "TakeAlongAxis", "GatherNd", "BooleanMask", "Slice", "Unique", "TopK"),
        *("Split", "ArraySplit", "Hsplit", "Vsplit", "Dsplit", "Unstack"),
        *("Diagonal", "Trace", "Tril", "Triu", "BandPart", "Diag", "Fold", "Unfold", "ExtractPatches"),
        *("Where", "Select", "SliceUpdate", "ScatterUpdate", "Scatter"),
        *("MaxPool", "AveragePool", "AdaptiveMaxPool", "AdaptiveAveragePool"),
        *("Max", "Amax", "Min", "Amin", "Mean", "Average", "Sum", "Nanmax", "Nanmin", "Nanmean", "Nansum", "Moments"),
        *("Median", "Nanmedian", "Quantile", "Nanquantile", "Percentile", "Nanpercentile", "Logsumexp"),
        *("SegmentMax", "SegmentMin", "SegmentMean", "SegmentSum", "SegmentReduction"),
        *("Dot", "Inner", "Vdot", "Tensordot", "Matvec", "Matmul", "Einsum", "Cross", "Correlate"),
        *("Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose", "DotProductAttention"),
        *("Resize", "CropImages", "AffineTransform", "PerspectiveTransform", "MapCoordinates", "ElasticTransform"),
        "RGBToGrayscale",
    }
)
"""Operations that do."""


def picked(value: Value, call: LayerCall) -> Value:
    """Take back that a result of the call reaches its bounds, if it picks from numbers that are not alike."""
    picks = OPERATIONS if call.layer.kind is LayerKind.OPERATION else LAYERS
    if call.layer.rule not in picks or not any(operand.is_uneven for operand in call.values()):
        return value
    return unreached(value, "it picks from numbers that are not alike", call.path)
