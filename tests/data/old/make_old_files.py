"""Make small saved models with an old version of Keras, to be used as test fixtures.

Run it once in each environment:

    python make_old_files.py OUTPUT_FOLDER

It finds out by itself which Keras it runs under and writes OUTPUT_FOLDER/TAG/CASE.h5, and CASE.keras too where that
version has the .keras format. Each file is loaded again and its predictions are compared with what CASES says of the
outputs. The rest of the truth, whether the loss agrees and with which code it does not, is only what CASES says. Then
OUTPUT_FOLDER/truth.jsonl is written anew: one line for each file found there, from every tag and not only this run's.

The environments, by tag. Install the requirements with pip in a fresh virtual environment of the given Python.

    keras1.2.2  Python 3.7   TENSORFLOW_1 keras==1.2.2 "pyyaml<6" "scipy<1.6"
    keras2.1.6  Python 3.7   TENSORFLOW_1 keras==2.1.6 "pyyaml<6"
    keras2.2.4  Python 3.7   TENSORFLOW_1 keras==2.2.4 "pyyaml<6"
    keras2.3.1  Python 3.7   TENSORFLOW_1 keras==2.3.1 "pyyaml<6"
    tf1.15      Python 3.7   TENSORFLOW_1
    tf2.3       Python 3.8   tensorflow==2.3.4 "protobuf<3.21"
    tf2.8       Python 3.10  tensorflow==2.8.4 "protobuf<3.20" "numpy<2"
    tf2.15      Python 3.11  tensorflow==2.15.1
    keras3.0.5  Python 3.11  tensorflow==2.16.2 keras==3.0.5
    keras3.3.3  Python 3.11  tensorflow==2.16.2 keras==3.3.3
    keras3.6.0  Python 3.11  tensorflow==2.16.2 keras==3.6.0
    keras3.9.2  Python 3.11  tensorflow==2.16.2 keras==3.9.2

where TENSORFLOW_1 is tensorflow==1.15.5 "h5py<3" "protobuf<3.21" "numpy<1.20". All were made with a pip older than 24.1
and a setuptools older than 60. Keras keeps a keras.json in the home folder: give each environment a home of its own.
"""

import collections
import importlib
import importlib.util
import json
import os
import sys
import zipfile

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py  # noqa: E402 (Keras reads the environment variables when it is imported)
import numpy  # noqa: E402 (the same)

FEATURES = 4
STEPS = 2
CLASSES = 3

EXTENSIONS = [".h5", ".keras"]

# These two make .h5 files just as well, left out to keep the fixtures small. Those of 3.3.3 have the same keys as those
# of 3.0.5, and those of 3.6.0 the same as those of 3.9.2, but for "ragged" in InputLayer, which came after 3.6.0.
LIKE_ANOTHER_VERSION = ["keras3.3.3/.h5", "keras3.6.0/.h5"]

Environment = collections.namedtuple("Environment", ["tag", "major", "keras", "extensions"])
Case = collections.namedtuple("Case", ["build", "loss", "expect", "outputs", "codes"])

PROBABILITIES = {"kind": "probabilities", "axis": -1}
UNIT_INTERVAL = {"kind": "unit_interval", "axis": None}
LOGITS = {"kind": "logits", "axis": None}
RANGE = {"kind": "range", "axis": None}


# The environment this runs in


def find_environment():
    """Say which Keras is installed: a separate one, or the one of TensorFlow."""
    if importlib.util.find_spec("keras") is None:
        return tensorflow_environment()
    keras = importlib.import_module("keras")
    major, minor = version_numbers(keras.__version__)
    if major == 2 and minor >= 6:  # From 2.6 to 2.15 the package named keras is the implementation of tf.keras.
        return tensorflow_environment()
    tag = "keras" + keras.__version__
    return Environment(tag, major, keras, wanted_extensions(tag, has_keras_format=major >= 3))


def tensorflow_environment():
    """The environment of tf.keras."""
    tensorflow = importlib.import_module("tensorflow")
    major, minor = version_numbers(tensorflow.__version__)
    tag = "tf{}.{}".format(major, minor)
    return Environment(tag, 2, tensorflow.keras, wanted_extensions(tag, has_keras_format=(major, minor) >= (2, 13)))


def wanted_extensions(tag, has_keras_format):
    """The kinds of file to make with this version."""
    extensions = EXTENSIONS if has_keras_format else [".h5"]
    return [extension for extension in extensions if tag + "/" + extension not in LIKE_ANOTHER_VERSION]


def version_numbers(version):
    """The first two numbers of a version such as 2.15.1."""
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


# One function for each architecture; the loss is in the table of cases below


def build_head(environment, units, activation):
    """A Sequential model of nothing but a Dense head, because each layer more makes a file some 3 KB larger."""
    model = environment.keras.models.Sequential()
    model.add(environment.keras.layers.Dense(units, activation=activation, input_shape=(FEATURES,)))
    return model


def build_softmax(environment):
    """A softmax over three classes."""
    return build_head(environment, CLASSES, "softmax")


def build_linear(environment):
    """Three logits."""
    return build_head(environment, CLASSES, "linear")


def build_softmax_one_unit(environment):
    """A softmax over a single unit, which puts out 1 whatever the input."""
    return build_head(environment, 1, "softmax")


def build_hidden_softmax(environment):
    """A Sequential model of a hidden layer and a softmax over three classes."""
    layers = environment.keras.layers
    model = environment.keras.models.Sequential()
    model.add(layers.Dense(4, activation="relu", input_shape=(FEATURES,)))
    model.add(layers.Dense(CLASSES, activation="softmax"))
    return model


def build_functional_sigmoid(environment):
    """A functional model with one sigmoid unit."""
    layers = environment.keras.layers
    features = layers.Input(shape=(FEATURES,))
    output = layers.Dense(1, activation="sigmoid")(features)
    return environment.keras.models.Model(features, output)


def build_two_outputs(environment):
    """A functional model with a softmax output named kind and a sigmoid output named flag."""
    layers = environment.keras.layers
    features = layers.Input(shape=(FEATURES,), name="features")
    kind = layers.Dense(CLASSES, activation="softmax", name="kind")(features)
    flag = layers.Dense(1, activation="sigmoid", name="flag")(features)
    return environment.keras.models.Model(features, [kind, flag])


def build_nested_shared(environment):
    """A Dense layer called twice in a row, and then a nested Sequential model that ends in a softmax."""
    layers = environment.keras.layers
    nested = build_linear(environment)
    nested.add(layers.Activation("softmax"))
    shared = layers.Dense(FEATURES, activation="tanh", name="shared")
    features = layers.Input(shape=(FEATURES,), name="features")
    output = nested(shared(shared(features)))
    return environment.keras.models.Model(features, output)


def build_lstm_head(environment):
    """A Sequential model that ends in an LSTM layer, whose values are between -1 and 1."""
    model = environment.keras.models.Sequential()
    model.add(environment.keras.layers.LSTM(CLASSES, input_shape=(STEPS, FEATURES)))
    return model


def build_ops_head(environment):
    """A linear Dense layer whose output goes through a softmax that is a function, not a layer."""
    layers = environment.keras.layers
    features = layers.Input(shape=(FEATURES,))
    logits = layers.Dense(CLASSES)(features)
    return environment.keras.models.Model(features, softmax_function(environment)(logits))


def softmax_function(environment):
    """keras.ops.softmax where it exists, and tf.nn.softmax elsewhere."""
    if environment.major >= 3:
        return environment.keras.ops.softmax
    return importlib.import_module("tensorflow").nn.softmax


def build_average(environment):
    """The average of two softmax branches."""
    layers = environment.keras.layers
    features = layers.Input(shape=(FEATURES,))
    branches = [layers.Dense(CLASSES, activation="softmax")(features) for _ in range(2)]
    if environment.major == 1:
        output = layers.merge(branches, mode="ave")
    else:
        output = layers.average(branches)
    return environment.keras.models.Model(features, output)


def build_time_distributed(environment):
    """A softmax over three classes for each time step."""
    layers = environment.keras.layers
    model = environment.keras.models.Sequential()
    head = layers.Dense(CLASSES, activation="softmax")
    model.add(layers.TimeDistributed(head, input_shape=(STEPS, FEATURES)))
    return model


def build_convolution_flatten(environment):
    """A softmax over the channels of a convolution that covers the whole map, so that Flatten only drops axes."""
    layers = environment.keras.layers
    model = environment.keras.models.Sequential()
    model.add(layers.Conv2D(5, (3, 3), activation="softmax", input_shape=(3, 3, 1)))
    model.add(layers.Flatten())
    return model


# The losses of the cases that do not name theirs with a string


def sparse_loss_from_logits(environment):
    """The sparse categorical crossentropy that expects logits."""
    return environment.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


TWO_LOSSES = {"kind": "categorical_crossentropy", "flag": "binary_crossentropy"}

CASES = {
    "softmax_scce_good": Case(build_hidden_softmax, "sparse_categorical_crossentropy", "ok", [PROBABILITIES], []),
    "linear_scce_bad": Case(build_linear, "sparse_categorical_crossentropy", "mismatch", [LOGITS], ["LC102"]),
    "sigmoid_bce_good": Case(build_functional_sigmoid, "binary_crossentropy", "ok", [UNIT_INTERVAL], []),
    "softmax_one_unit_bad": Case(
        build_softmax_one_unit, "binary_crossentropy", "mismatch", [PROBABILITIES], ["LC105"]
    ),
    "two_outputs_dict_loss": Case(build_two_outputs, TWO_LOSSES, "ok", [PROBABILITIES, UNIT_INTERVAL], []),
    "nested_shared": Case(build_nested_shared, "categorical_crossentropy", "ok", [PROBABILITIES], []),
    "softmax_from_logits_bad": Case(build_softmax, sparse_loss_from_logits, "mismatch", [PROBABILITIES], ["LC101"]),
    "linear_from_logits_good": Case(build_linear, sparse_loss_from_logits, "ok", [LOGITS], []),
    "lstm_head_bad": Case(build_lstm_head, "categorical_crossentropy", "mismatch", [RANGE], ["LC104"]),
    "ops_head_good": Case(build_ops_head, "sparse_categorical_crossentropy", "ok", [PROBABILITIES], []),
    "uncompiled": Case(build_softmax, None, "not_applicable", [PROBABILITIES], []),
    "merge_average": Case(build_average, "categorical_crossentropy", "ok", [PROBABILITIES], []),
    "timedistributed_good": Case(build_time_distributed, "categorical_crossentropy", "ok", [PROBABILITIES], []),
    "conv_flatten": Case(build_convolution_flatten, "categorical_crossentropy", "ok", [PROBABILITIES], []),
}

NO_LOSS_CLASSES = "loss classes came with Keras 2.3; before it a loss is a name or a function, without from_logits"
NO_OPERATION_LAYERS = "a TensorFlow function on a symbolic tensor makes a layer only in tf.keras, from TensorFlow 1.15"
SOFTMAX_OF_FOUR_AXES = "softmax in Keras 1 takes tensors with two or three axes, a convolution gives four"

# What a version cannot express, and why: tag -> case -> reason.
NOT_POSSIBLE = {
    "keras1.2.2": {
        "softmax_from_logits_bad": NO_LOSS_CLASSES,
        "linear_from_logits_good": NO_LOSS_CLASSES,
        "ops_head_good": NO_OPERATION_LAYERS,
        "conv_flatten": SOFTMAX_OF_FOUR_AXES,
    },
    "keras2.1.6": {
        "softmax_from_logits_bad": NO_LOSS_CLASSES,
        "linear_from_logits_good": NO_LOSS_CLASSES,
        "ops_head_good": NO_OPERATION_LAYERS,
    },
    "keras2.2.4": {
        "softmax_from_logits_bad": NO_LOSS_CLASSES,
        "linear_from_logits_good": NO_LOSS_CLASSES,
        "ops_head_good": NO_OPERATION_LAYERS,
    },
    "keras2.3.1": {
        "ops_head_good": NO_OPERATION_LAYERS,
    },
}


# Making a file and checking it


def make_file(environment, case, path):
    """Build, compile and save one model."""
    environment.keras.backend.clear_session()
    model = case.build(environment)
    loss = case.loss(environment) if callable(case.loss) else case.loss
    if loss is not None:
        model.compile(optimizer="sgd", loss=loss)
    model.save(path)


def check_file(environment, case, path):
    """Raise an AssertionError unless the file has its parts, loads again and predicts what the case says it does."""
    check_parts(case, path)
    environment.keras.backend.clear_session()
    model = environment.keras.models.load_model(path)
    shape = (8,) + tuple(model.input_shape[1:])
    features = numpy.random.RandomState(0).normal(scale=20.0, size=shape).astype("float32")
    predictions = model.predict(features)
    if not isinstance(predictions, list):
        predictions = [predictions]
    assert len(predictions) == len(case.outputs), (path, len(predictions))
    for values, output in zip(predictions, case.outputs):
        assert looks_like(values, output), (path, output, values)


def check_parts(case, path):
    """Raise an AssertionError unless the file holds the architecture, and a loss exactly if the model has one."""
    if path.endswith(".keras"):
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json").decode("utf-8"))
        architecture, training = config["config"], config.get("compile_config")
    else:
        with h5py.File(path, "r") as file:
            architecture, training = file.attrs.get("model_config"), file.attrs.get("training_config")
    assert architecture, path
    assert bool(training) == (case.loss is not None), (path, training)


def looks_like(values, output):
    """Whether the predictions are of the kind that the case says."""
    if output["kind"] == "probabilities":
        sums = values.sum(axis=output["axis"])
        return values.min() >= 0 and bool(numpy.allclose(sums, 1, atol=1e-4))
    if output["kind"] == "unit_interval":
        return values.min() >= 0 and values.max() <= 1
    if output["kind"] == "range":
        return -1 <= values.min() < 0 and values.max() <= 1
    return values.min() < 0 and values.max() > 1


# The truth about all files


def write_truth(output_folder):
    """Write a line of truth for each file that is in the folder now, whichever version made it."""
    with open(os.path.join(output_folder, "truth.jsonl"), "w", encoding="utf-8", newline="\n") as truth:
        for tag in sorted(os.listdir(output_folder)):
            folder = os.path.join(output_folder, tag)
            if os.path.isdir(folder):
                for name in sorted(os.listdir(folder)):
                    if os.path.splitext(name)[1] in EXTENSIONS:
                        truth.write(truth_line(tag, name))


def truth_line(tag, name):
    """What is known about one file, as a line of JSON."""
    case = CASES[os.path.splitext(name)[0]]
    facts = collections.OrderedDict()
    facts["file"] = tag + "/" + name
    facts["expect"] = case.expect
    facts["outputs"] = case.outputs
    facts["codes"] = case.codes
    return json.dumps(facts) + "\n"


def main():
    """Make all files that the installed version can make."""
    if len(sys.argv) != 2:
        sys.exit("usage: python make_old_files.py OUTPUT_FOLDER")
    output_folder = sys.argv[1]
    environment = find_environment()
    folder = os.path.join(output_folder, environment.tag)
    os.makedirs(folder, exist_ok=True)
    not_possible = NOT_POSSIBLE.get(environment.tag, {})
    for name, case in CASES.items():
        if name in not_possible:
            print("{}/{}: not possible: {}".format(environment.tag, name, not_possible[name]))
            continue
        for extension in environment.extensions:
            path = os.path.join(folder, name + extension)
            make_file(environment, case, path)
            check_file(environment, case, path)
            print("{}/{}{}: {} bytes".format(environment.tag, name, extension, os.path.getsize(path)))
    write_truth(output_folder)


if __name__ == "__main__":
    main()
