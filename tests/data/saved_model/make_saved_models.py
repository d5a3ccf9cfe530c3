"""Make a SavedModel with TensorFlow 2.3, which keeps the metadata of Keras inside `saved_model.pb`.

    python make_saved_models.py OUTPUT_FOLDER

Run it with Python 3.8 and `pip install tensorflow==2.3.4 "protobuf<3.21"`. It writes
OUTPUT_FOLDER/tf2.3/sequential_softmax_from_logits and leaves the variables out, which logitcheck never opens.
"""

from __future__ import annotations

import os
import shutil
import sys

import tensorflow

keras = tensorflow.keras
assert tensorflow.__version__.startswith("2.3."), tensorflow.__version__

folder = os.path.join(sys.argv[1], "tf2.3", "sequential_softmax_from_logits")  # noqa: PTH118  as TensorFlow takes it
model = keras.Sequential([keras.layers.Dense(3, activation="softmax", input_shape=(4,))])
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.save(folder)
for unread in ("assets", "variables"):
    shutil.rmtree(f"{folder}/{unread}")
