"""The strategy itself: what it is made of can be built, and what it draws can be rebuilt from its code."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator

import pytest

from tests.generated.blocks import GENERATIONS, Block
from tests.generated.families import FAMILIES
from tests.generated.layers import OF_IDS
from tests.generated.models import Growth, Tensor
from tests.generated.operations import CASTS

INPUTS = {2: ("(3,)", "(4,)", "(3,), dtype='int32'"), 3: ("(4, 3)",), 4: ("(3, 4, 3)",), 5: ("(2, 2, 2, 3)",)}
TRIES = 20


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_block_can_be_built(generation: str) -> None:
    pytest.importorskip(generation, reason="the extra [test] brings it")
    blocks = [block for family in (*FAMILIES.values(), OF_IDS, CASTS) for block in family]
    mine = [block for block in blocks if generation in block.generations]
    assert [block.template for block in mine if not _builds(block, generation)] == []


def _builds(block: Block, generation: str) -> bool:
    growth = Growth(generation, random.Random(0).choice)
    inputs = [growth._input(shape) for rank in block.ranks for shape in INPUTS[rank]]
    return any(_placed(growth, block, tensor) for _ in range(TRIES) for tensor in inputs)


def _placed(growth: Growth, block: Block, tensor: Tensor) -> bool:
    if block.is_layer:
        return tensor.ids == block.integers and growth._layer(block, tensor) is not None
    text = growth._filled(block.template, tensor.shape, x=tensor.name, y=tensor.name)
    return text is not None and growth._made(text, [])


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_code_of_a_program_rebuilds_its_model(generation: str) -> None:
    pytest.importorskip(generation, reason="the extra [test] brings it")
    for seed in range(10):
        drawn = Growth(generation, random.Random(seed).choice).grow()
        *lines, saving = drawn.program.code.splitlines()
        assert saving.startswith("model.save(")
        namespace: dict[str, object] = {}
        exec("\n".join(lines), namespace)
        rebuilt = namespace["model"]
        assert [tuple(output.shape) for output in rebuilt.outputs] == [  # type: ignore[attr-defined]
            tuple(output.shape) for output in drawn.model.outputs
        ]
