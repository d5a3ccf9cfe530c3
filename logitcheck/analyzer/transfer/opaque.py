"""Layers and operations of Keras and TensorFlow of whose output nothing is claimed, each with its reason.

A name that stands here is known: its semantics is outside of what intervals and distributions can follow, or is not in
the file. This family comes last, and is imported only where no other one has a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from logitcheck.analyzer.calls import LayerCall, Rule
from logitcheck.analyzer.transfer.rearranging import unknown_shape
from logitcheck.analyzer.values import Value, anything

_LINEAR_ALGEBRA = "linear algebra is not followed"
_SIGNALS = "Fourier transforms and spectra are not followed"
_CODE = "it runs Python code, which is not looked at"
_RANDOM = "it puts out random numbers"
_LOSS = "it is a loss, not an output"
_SPECIAL = "this special function is not followed"
_IMAGES = "what it does to images is not followed"
_BOXES = "it works on bounding boxes"
_CANDIDATES = "it draws candidates for a sampled loss"
_GRADIENT = "it computes a gradient"
_COMPLEX = "complex numbers are not followed"
_PARTS = "which numbers end up where depends on the input"
_COLLECTION = "it makes a ragged or sparse tensor, which is not followed"
_TEXT = "it works on text"
_FILES = "it reads or writes encoded data"
_QUANTISED = "quantised numbers are not followed"
_ASSERTION = "it checks something and puts out nothing of its own"
_SEQUENCE = "it counts up, from and to numbers that are not followed"
_BASE = "it is a base class, which computes nothing itself"
_CELL = "a cell that is called on its own is not followed"

_LAYERS: Mapping[str, str] = {
    _BASE: "Layer Wrapper AbstractRNNCell",
    _CELL: "LSTMCell GRUCell SimpleRNNCell StackedRNNCells ConvLSTM1DCell ConvLSTM3DCell",
    _SIGNALS: "MelSpectrogram STFTSpectrogram",
    _BOXES: "MaxNumBoundingBoxes",
    _CODE: "Lambda JaxLayer FlaxLayer TorchModuleWrapper TFSMLayer Pipeline KerasLayer",
    "its histograms are not followed": "ContrastLimitedAdaptiveHistogramEqualization",
    "its feature columns are not followed": "DenseFeatures SequenceFeatures LinearModel",
    "kernel approximations are not followed": "RandomFourierFeatures",
    "the modes of this layer of Keras 1 are not followed": "Merge",
}

_OPERATIONS: Mapping[str, str] = {
    _LINEAR_ALGEBRA: (
        "Cholesky CholeskyInverse Det Eig Eigh Inv LuFactor Qr Solve SolveTriangular SVD Lstsq MatrixRank Pinv Logdet "
        "Slogdet linalg.*"
    ),
    _SIGNALS: "FFT FFT2 IFFT2 RFFT IRFFT STFT ISTFT ExtractSequences signal.* fftnd ifftnd rfftnd irfftnd",
    _COMPLEX: "Imag Polar ViewAsComplex ViewAsReal dtypes.complex",
    _CODE: (
        "Map Scan AssociativeScan Switch WhileLoop ForiLoop Cond VectorizedMap JVP case cond scan foldl foldr "
        "numpy_function py_function while_loop map_fn vectorized_map"
    ),
    _LOSS: (
        "BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy CTCLoss PSNR SSIM "
        "nn.ctc_loss nn.log_poisson_loss nn.nce_loss nn.sampled_softmax_loss nn.sigmoid_cross_entropy_with_logits "
        "nn.softmax_cross_entropy_with_logits nn.sparse_softmax_cross_entropy_with_logits "
        "nn.weighted_cross_entropy_with_logits nn.compute_average_loss nn.scale_regularization_loss image.psnr "
        "image.ssim image.ssim_multiscale image.total_variation"
    ),
    "what it decodes is not followed": (
        "CTCDecode nn.ctc_beam_search_decoder nn.ctc_greedy_decoder nn.ctc_unique_labels nn.collapse_repeated"
    ),
    "its result depends on the memory it finds": "EmptyLike",
    "it reads the bits of numbers in another way": "View bitcast",
    _SEQUENCE: "Arange Geomspace Logspace range",
    "what it makes of empty segments is not followed": (
        "SegmentProd math.segment_prod math.unsorted_segment_prod math.unsorted_segment_sqrt_n"
    ),
    "its differences of neighbours are not followed": "SobelEdges image.sobel_edges image.image_gradients",
    "its interpolation is not followed": "ScaleAndTranslate image.crop_and_resize image.extract_glimpse",
    _SPECIAL: (
        "math.bessel_i0e math.bessel_i1 math.bessel_i1e math.betainc math.digamma math.erfcinv math.igamma "
        "math.igammac math.lbeta math.lgamma math.ndtri math.polygamma math.polyval math.zeta math.xdivy math.xlog1py "
        "math.cumulative_logsumexp math.sobol_sample"
    ),
    _PARTS: (
        "approx_top_k math.approx_max_k math.approx_min_k dynamic_partition dynamic_stitch unique unique_with_counts "
        "math.invert_permutation math.confusion_matrix histogram_fixed_width histogram_fixed_width_bins edit_distance "
        "reverse_sequence scatter_nd unravel_index broadcast_dynamic_shape broadcast_static_shape random_index_shuffle "
        "batch_to_space space_to_batch space_to_batch_nd nn.with_space_to_batch extract_volume_patches strided_slice "
        "tensor_scatter_nd_add tensor_scatter_nd_max tensor_scatter_nd_min tensor_scatter_nd_sub clip_by_global_norm "
        "truncatediv truncatemod math.accumulate_n math.is_non_decreasing math.is_strictly_increasing "
        "check_pinned fingerprint identity_n no_op print shape_n timestamp tuple ones zeros"
    ),
    _GRADIENT: (
        "conv2d_backprop_filter_v2 conv2d_backprop_input_v2 nn.depthwise_conv2d_backprop_filter "
        "nn.depthwise_conv2d_backprop_input"
    ),
    _CANDIDATES: "nn.compute_accidental_hits",
    "this convolution, pooling or normalisation of TensorFlow is not followed": (
        "nn.batch_norm_with_global_normalization nn.dilation2d nn.erosion2d nn.embedding_lookup_sparse "
        "nn.safe_embedding_lookup_sparse nn.fractional_avg_pool nn.fractional_max_pool nn.isotonic_regression "
        "nn.local_response_normalization nn.max_pool_with_argmax nn.normalize_moments nn.pool nn.sufficient_statistics "
        "nn.weighted_moments"
    ),
    _IMAGES: "image.*",
    _RANDOM: "random.*",
    _TEXT: "strings.*",
    _FILES: "io.* audio.*",
    _COLLECTION: "ragged.* sparse.* sets.* ragged_fill_empty_rows ragged_fill_empty_rows_grad",
    _QUANTISED: "quantization.*",
    _ASSERTION: "debugging.*",
}
"""Reason -> names: of `keras.ops` classes, and of TensorFlow functions, a whole namespace of them as `linalg.*`."""


def _rule(reason: str) -> Callable[[LayerCall], Value]:
    return lambda call: anything(reason, call.path, call.sources() | call.own_source())


def _rules(table: Mapping[str, str]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for reason, names in table.items():
        rules |= dict.fromkeys(names.split(), Rule(_rule(reason), unknown_shape, is_opaque=True))
    return rules


LAYERS: Mapping[str, Rule] = _rules(_LAYERS)

OPERATIONS: Mapping[str, Rule] = _rules(_OPERATIONS)
