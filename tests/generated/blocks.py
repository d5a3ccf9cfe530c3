"""What models are made of: layers and operations of Keras 3 and Keras 2, as templates of code, one table a family.

A template without `{x}` is a layer, to be called on one tensor; one with `{x}` is an expression of its own. `{y}` is
another tensor of the same shape, or the same tensor. Every other slot stands in `slots.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KERAS_3, KERAS_2 = "keras", "tf_keras"
GENERATIONS = (KERAS_3, KERAS_2)
ANY_RANK = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Block:
    """One template; `ranks` count the batch axis, `integers` tells that it reads class ids from 0 to 3."""

    template: str
    ranks: tuple[int, ...] = ANY_RANK
    generations: tuple[str, ...] = GENERATIONS
    integers: bool = False

    @property
    def is_layer(self) -> bool:
        return "{x}" not in self.template


def _layers(ranks: Iterable[int], *templates: str, only: str | None = None) -> tuple[Block, ...]:
    generations = GENERATIONS if only is None else (only,)
    return tuple(Block(f"keras.layers.{template}", tuple(ranks), generations) for template in templates)


def _operations(only: str, *templates: str, ranks: Iterable[int] = ANY_RANK) -> tuple[Block, ...]:
    return tuple(Block(template, tuple(ranks), (only,)) for template in templates)


def _anywhere(*templates: str, ranks: Iterable[int] = ANY_RANK) -> tuple[Block, ...]:
    return tuple(Block(template, tuple(ranks)) for template in templates)


DENSE = (
    *_layers(
        ANY_RANK,
        "Dense({units})",
        "Dense({units}, activation={activation})",
        "Dense({last}, activation={activation})",
        "Dense({last}, use_bias=False)",
        "Dense({units}, activation={activation}, kernel_constraint='non_neg', bias_constraint='non_neg')",
        "Dense({units}, activation={activation}, kernel_constraint={constraint})",
    ),
    *_layers((2,), "EinsumDense('ab,bc->ac', output_shape={units}, activation={activation})"),
    *_layers((3,), "EinsumDense('abc,cd->abd', output_shape=(None, {units}), bias_axes='d', activation={activation})"),
    *_layers(ANY_RANK, "SpectralNormalization(keras.layers.Dense({units}, activation={activation}))"),
)

CONVOLUTION = (
    *_layers(
        (3,),
        "Conv1D({units}, {size}, padding={padding}, activation={activation})",
        "Conv1D({units}, 2, strides=2, activation={activation})",
        "Conv1DTranspose({units}, 2, strides={size}, padding={padding}, activation={activation})",
        "SeparableConv1D({units}, {size}, activation={activation})",
        "DepthwiseConv1D({size}, depth_multiplier={size}, activation={activation})",
        "SpectralNormalization(keras.layers.Conv1D({units}, 1, activation={activation}))",
    ),
    *_layers((3,), "LocallyConnected1D({units}, 2, activation={activation})", only=KERAS_2),
    *_layers(
        (4,),
        "Conv2D({units}, {size}, padding={padding}, activation={activation})",
        "Conv2D({units}, 1, kernel_constraint={constraint}, activation={activation})",
        "Conv2DTranspose({units}, 2, strides={size}, activation={activation})",
        "SeparableConv2D({units}, 2, activation={activation})",
        "DepthwiseConv2D({size}, activation={activation})",
    ),
    *_layers((5,), "Conv3D({units}, 2, padding='same', activation={activation})"),
)

RECURRENT = (
    *_layers(
        (3,),
        "SimpleRNN({units}, activation={activation}, return_sequences={flag})",
        "GRU({units}, activation={activation}, return_sequences={flag})",
        "LSTM({units}, activation={activation}, return_sequences={flag})",
        "LSTM({units}, return_state=True)",
        "RNN(keras.layers.SimpleRNNCell({units}, activation={activation}))",
        "RNN([keras.layers.SimpleRNNCell(2), keras.layers.LSTMCell({units}, activation={activation})])",
        "Bidirectional(keras.layers.SimpleRNN({units}, activation={activation}, return_sequences={flag}), "
        "merge_mode={merge_mode})",
        "Bidirectional(keras.layers.GRU({units}, activation={activation}), merge_mode={merge_mode})",
    ),
    *_layers((4,), "ConvLSTM1D({units}, 2, padding='same', return_sequences={flag})"),
)

ATTENTION = (
    *_anywhere(
        "keras.layers.Attention()([{x}, {y}])",
        "keras.layers.Attention(use_scale=True, score_mode='concat')([{x}, {y}])",
        "keras.layers.AdditiveAttention()([{x}, {y}])",
        "keras.layers.Attention()([{x}, {y}], return_attention_scores=True)",
        "keras.layers.MultiHeadAttention(2, 2)({x}, {y})",
        "keras.layers.MultiHeadAttention(1, 2)({x}, {y}, return_attention_scores=True)",
        ranks=(3,),
    ),
    Block("keras.layers.GroupQueryAttention(2, 2, 1)({x}, {y})", (3,), (KERAS_3,)),
)

POOLING = (
    *_layers(
        (3,),
        "AveragePooling1D(2, padding={padding})",
        "MaxPooling1D(2, padding={padding})",
        "GlobalAveragePooling1D(keepdims={flag})",
        "GlobalMaxPooling1D()",
        "GlobalAveragePooling1D(data_format='channels_first')",
    ),
    *_layers(
        (4,),
        "AveragePooling2D(2, strides=1, padding={padding})",
        "MaxPooling2D(2)",
        "GlobalAveragePooling2D()",
        "GlobalMaxPooling2D(keepdims={flag})",
        "GlobalAveragePooling2D(data_format='channels_first')",
    ),
    *_layers((5,), "AveragePooling3D(1)", "GlobalAveragePooling3D()", "GlobalMaxPooling3D()"),
    *_layers((3,), "AdaptiveAveragePooling1D(2)", "AdaptiveMaxPooling1D(2)", only=KERAS_3),
)

REARRANGING = (
    *_layers(
        ANY_RANK,
        "Flatten()",
        "Reshape({target})",
        "Permute({permutation})",
        "Dropout(0.5)",
        "Activation('linear')",
        "ActivityRegularization(0.1)",
        "GaussianNoise(0.1)",
        "Identity()",
    ),
    *_layers((2,), "RepeatVector(2)"),
    *_layers((3,), "Cropping1D((1, 0))", "ZeroPadding1D(1)", "UpSampling1D(2)", "SpatialDropout1D(0.5)"),
    *_layers(
        (4,),
        "Cropping2D(((1, 0), (0, 0)))",
        "ZeroPadding2D(1)",
        "UpSampling2D(2, interpolation={interpolation})",
        "Resizing(3, 2, interpolation={interpolation})",
        "CenterCrop(1, 2)",
        "RandomFlip()",
    ),
    *_layers((3,), "Masking()"),
)

NORMALISING = (
    *_layers(
        ANY_RANK,
        "BatchNormalization()",
        "BatchNormalization(axis={axis}, scale={flag}, center={flag})",
        "LayerNormalization()",
        "LayerNormalization(axis={axis}, scale={flag}, center={flag})",
        "UnitNormalization(axis={axis})",
        "Rescaling({number}, offset={number})",
        "Normalization(axis=None, mean={number}, variance={positive})",
        "Normalization(axis=None, mean={number}, variance={positive}, invert=True)",
        "BatchNormalization(gamma_constraint='non_neg')",
    ),
    *_layers((3, 4), "GroupNormalization(groups=1, scale={flag}, center={flag})"),
    *_layers(ANY_RANK, "RMSNormalization()", only=KERAS_3),
)

ACTIVATING = (
    *_layers(
        ANY_RANK,
        "Activation({activation})",
        "Softmax()",
        "Softmax(axis={axis})",
        "ReLU()",
        "ReLU(max_value={positive})",
        "ReLU(negative_slope=0.1, threshold={positive})",
        "LeakyReLU()",
        "ELU({positive})",
        "PReLU()",
    ),
    *_layers(ANY_RANK, "ThresholdedReLU({positive})", only=KERAS_2),
    *_layers((3, 4), "Softmax(axis=[-2, -1])"),
)

MERGING = _anywhere(
    "keras.layers.Add()([{x}, {y}])",
    "keras.layers.Average()([{x}, {y}])",
    "keras.layers.Average()([{x}, {y}, {y}])",
    "keras.layers.Subtract()([{x}, {y}])",
    "keras.layers.Multiply()([{x}, {y}])",
    "keras.layers.Maximum()([{x}, {y}])",
    "keras.layers.Minimum()([{x}, {y}])",
    "keras.layers.Concatenate(axis={axis})([{x}, {y}])",
    "keras.layers.Dot(axes=-1, normalize={flag})([{x}, {y}])",
    "{x} + {y}",
    "{x} - {y}",
    "{x} * {y}",
)

PATTERNS = (
    *_anywhere(
        "1.0 - {x}",
        "{number} * {x}",
        "{x} + {number}",
        "{x} / {positive}",
        "0.25 * {x} + 0.75 * {y}",
        "0.5 * ({x} + {y})",
        "-{x}",
        "{x}[..., {index}]",
        "{x}[:, {index}:]",
        "{x} ** 2.0",
        "{x} / {y}",
        "{x} * {x}",
        "{x} - {x}",
    ),
    *_operations(
        KERAS_3,
        "{x} / keras.ops.sum({x}, axis={axis}, keepdims=True)",
        "keras.ops.exp({x}) / keras.ops.sum(keras.ops.exp({x}), axis={axis}, keepdims=True)",
        "keras.ops.exp(keras.ops.log_softmax({x}, axis={axis}))",
        "{x} - keras.ops.max({x}, axis={axis}, keepdims=True)",
        "{x} - keras.ops.logsumexp({x}, axis={axis}, keepdims=True)",
        "keras.ops.log({x}) - keras.ops.log(1.0 - {x})",
        "{x} / (keras.ops.sum({x}, axis={axis}, keepdims=True) + 1e-7)",
        "keras.ops.clip({x}, 1e-7, 1 - 1e-7)",
        "keras.ops.softmax({x} / {positive}, axis={axis})",
        "keras.ops.log(keras.ops.softmax({x}))",
        "keras.ops.log({x} / (1.0 - {x}))",
        "keras.ops.sigmoid({x}) * keras.ops.softmax({x})",
        "{x} / ({x} + {y})",
        "keras.ops.where({x} > 0.5, {x}, {y})",
        "keras.ops.one_hot(keras.ops.argmax({x}, axis=-1), {last})",
        "keras.ops.concatenate([1.0 - {x}, {x}], axis=-1)",
        "keras.ops.sum({x} * keras.ops.softmax({y}), axis=-1)",
    ),
    *_operations(
        KERAS_2,
        "{x} / tf.reduce_sum({x}, axis={axis}, keepdims=True)",
        "tf.exp({x}) / tf.reduce_sum(tf.exp({x}), axis={axis}, keepdims=True)",
        "tf.exp(tf.nn.log_softmax({x}, axis={axis}))",
        "{x} - tf.reduce_max({x}, axis={axis}, keepdims=True)",
        "{x} - tf.reduce_logsumexp({x}, axis={axis}, keepdims=True)",
        "tf.clip_by_value({x}, 1e-7, 1 - 1e-7)",
        "tf.nn.softmax({x} / {positive}, axis={axis})",
        "tf.math.log(tf.nn.softmax({x}))",
        "{x} / ({x} + {y})",
        "tf.where({x} > 0.5, {x}, {y})",
        "tf.one_hot(tf.argmax({x}, axis=-1), {last})",
        "tf.concat([1.0 - {x}, {x}], axis=-1)",
    ),
)

OPERATIONS = (
    *_operations(
        KERAS_3,
        "keras.ops.{unary}({x})",
        "keras.ops.softmax({x}, axis={axis})",
        "keras.ops.log_softmax({x}, axis={axis})",
        "keras.ops.{reduction}({x}, axis={axis}, keepdims={flag})",
        "keras.ops.{reduction}({x}, axis={axis})",
        "keras.ops.clip({x}, {number}, {positive})",
        "keras.ops.maximum({x}, {number})",
        "keras.ops.minimum({x}, {number})",
        "keras.ops.maximum({x}, {y})",
        "keras.ops.power({x}, {positive})",
        "keras.ops.reshape({x}, (-1, {last}))",
        "keras.ops.transpose({x}, {transposition})",
        "keras.ops.expand_dims({x}, {axis})",
        "keras.ops.squeeze({x})",
        "keras.ops.concatenate([{x}, {y}], axis={axis})",
        "keras.ops.stack([{x}, {y}], axis={axis})",
        "keras.ops.split({x}, {last}, axis=-1)",
        "keras.ops.take({x}, {index}, axis={axis})",
        "keras.ops.flip({x}, axis={axis})",
        "keras.ops.roll({x}, 1, axis={axis})",
        "keras.ops.repeat({x}, 2, axis={axis})",
        "keras.ops.sort({x}, axis={axis})",
        "keras.ops.cumsum({x}, axis={axis})",
        "keras.ops.argmax({x}, axis={axis})",
        "keras.ops.argsort({x}, axis={axis})",
        "keras.ops.normalize({x}, axis={axis}, order={size})",
        "keras.ops.logsumexp({x}, axis={axis})",
        "keras.ops.cast({x} > {number}, 'float32')",
        "keras.ops.average({x}, axis={axis})",
        "keras.ops.moveaxis({x}, {axis}, {axis})",
        "keras.ops.swapaxes({x}, {axis}, {axis})",
        "keras.ops.top_k({x}, 1)",
        "keras.ops.glu({x})",
        "keras.activations.{named}({x})",
    ),
    *_operations(KERAS_3, "keras.ops.matmul({x}, keras.ops.swapaxes({y}, -1, -2))", ranks=(3, 4)),
    *_operations(
        KERAS_2,
        "tf.{unary}({x})",
        "tf.nn.softmax({x}, axis={axis})",
        "tf.nn.log_softmax({x}, axis={axis})",
        "tf.reduce_{reduction}({x}, axis={axis}, keepdims={flag})",
        "tf.clip_by_value({x}, {number}, {positive})",
        "tf.maximum({x}, {number})",
        "tf.minimum({x}, {y})",
        "tf.pow({x}, {positive})",
        "tf.reshape({x}, (-1, {last}))",
        "tf.transpose({x}, {transposition})",
        "tf.expand_dims({x}, {axis})",
        "tf.concat([{x}, {y}], axis={axis})",
        "tf.stack([{x}, {y}], axis={axis})",
        "tf.split({x}, {last}, axis=-1)",
        "tf.gather({x}, {index}, axis={axis})",
        "tf.reverse({x}, axis=[{axis}])",
        "tf.roll({x}, 1, axis={axis})",
        "tf.repeat({x}, 2, axis={axis})",
        "tf.sort({x}, axis={axis})",
        "tf.argmax({x}, axis={axis})",
        "tf.math.l2_normalize({x}, axis={axis})",
        "tf.reduce_logsumexp({x}, axis={axis})",
        "tf.cast({x} > {number}, 'float32')",
        "keras.activations.{named}({x})",
        "keras.backend.{named}({x})",
    ),
    *_operations(KERAS_2, "tf.matmul({x}, {y}, transpose_b=True)", ranks=(3, 4)),
)

ENCODING = (
    *_layers(ANY_RANK, "Discretization(bin_boundaries=[0.0, 1.0])"),
    *_layers((2,), "Discretization(bin_boundaries=[0.0, 1.0], output_mode={output_mode})"),
)

OF_IDS = (
    *(
        Block(f"keras.layers.{template}", (2, 3), GENERATIONS, integers=True)
        for template in (
            "Embedding(4, {units})",
            "Embedding(4, {units}, embeddings_constraint={constraint})",
            "Embedding(4, {units}, mask_zero=True)",
        )
    ),
    *(
        Block(f"keras.layers.{template}", (2,), GENERATIONS, integers=True)
        for template in (
            "CategoryEncoding(4, output_mode={encoding_mode})",
            "IntegerLookup(vocabulary=[1, 2])",
            "IntegerLookup(vocabulary=[1, 2], output_mode={encoding_mode})",
            "Hashing(3)",
        )
    ),
)

ODD = _layers(
    ANY_RANK,
    "Normalization()",
    "Dense({units}, activation={activation}, kernel_initializer='ones', trainable=False)",
)
"""Layers of which nothing can be known: what they learned of data, or were given as weights, stands in no config."""

CASTS = (
    *_operations(KERAS_3, "keras.ops.cast({x}, 'float32')"),
    *_operations(KERAS_2, "tf.cast({x}, 'float32')"),
)
"""All that is done with whole numbers: a Dense of Keras 3 would compute in whole numbers, too."""

OPAQUE = _anywhere("Custom()({x})", "keras.layers.Lambda(lambda x: 2 * x - 1)({x})")

FAMILIES: Mapping[str, tuple[Block, ...]] = {
    "dense": DENSE,
    "activating": ACTIVATING,
    "operations": OPERATIONS,
    "patterns": PATTERNS,
    "merging": MERGING,
    "rearranging": REARRANGING,
    "normalising": NORMALISING,
    "pooling": POOLING,
    "convolution": CONVOLUTION,
    "attention": ATTENTION,
    "recurrent": RECURRENT,
    "encoding": ENCODING,
    "odd": ODD,
    "opaque": OPAQUE,
}

COMMON = ("dense", "activating", "operations", "patterns", "merging", "rearranging", "normalising", "pooling")
ALL = (*COMMON, *COMMON, *FAMILIES)
"""Families to pick from: the common ones come up three times as often as the others."""
