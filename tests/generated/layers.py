"""The layers that models are made of, one table a family (keras-facts: "Catalogue of layers and ops")."""

from __future__ import annotations

from tests.generated.blocks import ANY_RANK, GENERATIONS, KERAS_2, KERAS_3, Block, anywhere, layers

DENSE = (
    *layers(
        ANY_RANK,
        "Dense({units})",
        "Dense({units}, activation={activation})",
        "Dense({last}, activation={activation})",
        "Dense({last}, use_bias=False)",
        "Dense({units}, activation={activation}, kernel_constraint='non_neg', bias_constraint='non_neg')",
        "Dense({units}, activation={activation}, kernel_constraint={constraint})",
    ),
    *layers((2,), "EinsumDense('ab,bc->ac', output_shape={units}, activation={activation})"),
    *layers((3,), "EinsumDense('abc,cd->abd', output_shape=(None, {units}), bias_axes='d', activation={activation})"),
    *layers(ANY_RANK, "SpectralNormalization(keras.layers.Dense({units}, activation={activation}))", only=KERAS_3),
)

CONVOLUTION = (
    *layers(
        (3,),
        "Conv1D({units}, {size}, padding={padding}, activation={activation})",
        "Conv1D({units}, 2, strides=2, activation={activation})",
        "Conv1DTranspose({units}, 2, strides={size}, padding={padding}, activation={activation})",
        "SeparableConv1D({units}, {size}, activation={activation})",
        "DepthwiseConv1D({size}, depth_multiplier={size}, activation={activation})",
    ),
    *layers((3,), "SpectralNormalization(keras.layers.Conv1D({units}, 1, activation={activation}))", only=KERAS_3),
    *layers((3,), "LocallyConnected1D({units}, 2, activation={activation})", only=KERAS_2),
    *layers(
        (4,),
        "Conv2D({units}, {size}, padding={padding}, activation={activation})",
        "Conv2D({units}, 1, kernel_constraint={constraint}, activation={activation})",
        "Conv2DTranspose({units}, 2, strides={size}, activation={activation})",
        "SeparableConv2D({units}, 2, activation={activation})",
        "DepthwiseConv2D({size}, activation={activation})",
    ),
    *layers((5,), "Conv3D({units}, 2, padding='same', activation={activation})"),
)

RECURRENT = (
    *layers(
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
    *layers((4,), "ConvLSTM1D({units}, 2, padding='same', return_sequences={flag})"),
)

ATTENTION = (
    *anywhere(
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
    *layers(
        (3,),
        "AveragePooling1D(2, padding={padding})",
        "MaxPooling1D(2, padding={padding})",
        "GlobalAveragePooling1D(keepdims={flag})",
        "GlobalMaxPooling1D()",
        "GlobalAveragePooling1D(data_format='channels_first')",
    ),
    *layers(
        (4,),
        "AveragePooling2D(2, strides=1, padding={padding})",
        "MaxPooling2D(2)",
        "GlobalAveragePooling2D()",
        "GlobalMaxPooling2D(keepdims={flag})",
        "GlobalAveragePooling2D(data_format='channels_first')",
    ),
    *layers((5,), "AveragePooling3D(1)", "GlobalAveragePooling3D()", "GlobalMaxPooling3D()"),
    *layers((3,), "AdaptiveAveragePooling1D(2)", "AdaptiveMaxPooling1D(2)", only=KERAS_3),
)

REARRANGING = (
    *layers(
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
    *layers((2,), "RepeatVector(2)"),
    *layers((3,), "Cropping1D((1, 0))", "ZeroPadding1D(1)", "UpSampling1D(2)", "SpatialDropout1D(0.5)"),
    *layers(
        (4,),
        "Cropping2D(((1, 0), (0, 0)))",
        "ZeroPadding2D(1)",
        "UpSampling2D(2, interpolation={interpolation})",
        "Resizing(3, 2, interpolation={interpolation})",
        "CenterCrop(1, 2)",
        "RandomFlip()",
    ),
    *layers((3,), "Masking()"),
)

NORMALISING = (
    *layers(
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
    *layers((3, 4), "GroupNormalization(groups=1, scale={flag}, center={flag})"),
    *layers(ANY_RANK, "RMSNormalization()", only=KERAS_3),
)

ACTIVATING = (
    *layers(
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
    *layers(ANY_RANK, "ThresholdedReLU({positive})", only=KERAS_2),
    *layers((3, 4), "Softmax(axis=[-2, -1])"),
)

ENCODING = (
    *layers(ANY_RANK, "Discretization(bin_boundaries=[0.0, 1.0])"),
    *layers((2,), "Discretization(bin_boundaries=[0.0, 1.0], output_mode={output_mode})"),
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

ODD = layers(
    ANY_RANK,
    "Normalization()",
    "Dense({units}, activation={activation}, kernel_initializer='ones', trainable=False)",
)
"""Layers of which nothing can be known: what they learned of data, or were given as weights, stands in no config."""
