"""What is said of an error inside a model: its cause, and what fits it to do."""

from __future__ import annotations

import pytest

from logitcheck.model import ContainerFormat
from logitcheck.probing.child.loading import _not_loaded, said
from logitcheck.probing.child.running import _not_run
from logitcheck.probing.request import Library, Request

OF_KERAS = {
    "around a call": (
        (
            "Exception encountered when calling Boom.call().\n\n\x1b[1mno such\n thing\x1b[0m\n\nArguments received by"
            " Boom.call():\n  \u2022 args=('<KerasTensor>',)"
        ),
        "no such thing",
    ),
    "while a shape is inferred": (
        (
            "Could not automatically infer the output shape / dtype of 'boom' (of type Boom). Either the `Boom.call()`"
            " method is incorrect, or you need to implement `Boom.compute_output_spec()`. Error encountered:\n\n"
            "\x1b[1mno such thing\x1b[0m\n\nArguments received"
        ),
        "no such thing",
    ),
    "of an operation": (
        "{{function_node __wrapped__GatherV2_device_/job:localhost}} indices[0,0] = 82 is not in [0, 10)",
        "indices[0,0] = 82 is not in [0, 10)",
    ),
    "without a word": ("", "no reason was given"),
}


@pytest.mark.parametrize("name", OF_KERAS)
def test_the_cause_is_said_without_what_keras_puts_around_it(name: str) -> None:
    text, cause = OF_KERAS[name]
    assert said(RuntimeError(text)) == cause


def request(data: str | None) -> Request:
    return Request(path="", container=ContainerFormat.KERAS, library=Library.KERAS, outputs=(), data=data)


HINTS = {
    "made inputs": (ValueError("no"), None, "Give inputs that it takes: --data x.npy or x.npz."),
    "the user's data": (ValueError("82 is not in [0, 10)"), "x.npy", "See whether the model takes what is in the data"),
    "a name that is not there": (NameError("name 'keras' is not defined"), None, "Look at the code of its layers"),
}


@pytest.mark.parametrize("name", HINTS)
def test_what_to_do_fits_the_error(name: str) -> None:
    error, data, hint = HINTS[name]
    refused = _not_run(error, request(data)).error
    assert refused.hint.startswith(hint)
    assert str(error) in refused.message


def test_an_error_in_a_layer_while_the_model_is_loaded_is_one_of_its_code() -> None:
    for name in ("around a call", "while a shape is inferred"):
        assert _not_loaded(RuntimeError(OF_KERAS[name][0])).error.hint.startswith("Look at the code of its layers")
    assert "--import package.module" in _not_loaded(ValueError("what is this?")).error.hint
