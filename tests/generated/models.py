"""Random models: a program is grown step by step, each step a block of the tables on tensors that are there already."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from hypothesis import strategies

from tests.generated.blocks import Block
from tests.generated.families import ALL, FAMILIES
from tests.generated.layers import CONVOLUTION, DENSE, OF_IDS
from tests.generated.operations import CASTS
from tests.generated.programs import Bench, Program
from tests.generated.slots import Shape, fillings

Item = TypeVar("Item")


class Choose(Protocol):
    """Picks one of several things: Hypothesis does in tests, a random number generator in long runs."""

    def __call__(self, options: Sequence[Item], /) -> Item: ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """A program, and the model that it builds."""

    program: Program
    model: Any

    def __repr__(self) -> str:
        return repr(self.program)


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of a program: the expression that names it, and its shape.

    ids: whether it is an input of class ids. whole: whether it has another dtype than floating point.
    """

    name: str
    shape: Shape
    ids: bool = False
    whole: bool = False


_INPUTS = ("(3,)", "(4, 3)", "(2, 4, 3)", "(1,)", "(None, 3)", "(4, 1)", "(2, 2, 2, 3)", "(3,), dtype='int32'")
_STEPS = (2, 1, 3, 4, 6)
_MOVES = ("block", "block", "block", "block", "block", "block", "again", "nested", "sequential", "wrapped", "input")
_BARE = (*(False,) * 39, True)
"""Whether the rest of a model may see its input itself: of what comes straight from there, nothing can be known."""

_TRIES = 4
_MOST_NUMBERS = 200
_LENGTH_OF_UNKNOWN = 4
_SUFFIXES = (".h5", ".keras")


class Growth:
    """A program as it grows."""

    def __init__(self, generation: str, choose: Choose) -> None:
        self._generation = generation
        self._choose = choose
        self._bench = Bench(generation)
        self._layers: list[tuple[str, Shape]] = []
        self._inputs: list[Tensor] = []

    def grow(self) -> Drawn:
        """Give a whole model: mostly Functional, sometimes Sequential, with one output or several."""
        if self._choose((False, False, False, True)):
            return self._chain(self._input(self._choose(_INPUTS)))
        tensors = self._start()
        for _ in range(self._choose(_STEPS)):
            self._step(tensors)
        return self._functional(tensors)

    def _start(self) -> list[Tensor]:
        """Give an input; mostly the rest of the model sees only what a layer with weights made of it."""
        first = self._input(self._choose(_INPUTS))
        if self._choose(_BARE):
            return [first]
        stem = self._stem(first)
        return [first] if stem is None else [stem[1]]

    def _stem(self, tensor: Tensor) -> tuple[str, Tensor] | None:
        table = OF_IDS if tensor.ids else (*DENSE, *CONVOLUTION)
        fitting = [block for block in table if self._fits(block, tensor)]
        tries = (self._layer(self._choose(fitting), tensor) for _ in range(_TRIES if fitting else 0))
        return next((made for made in tries if made is not None), None)

    def _chain(self, first: Tensor) -> Drawn:
        layers, tensor = [], first
        stem = None if self._choose(_BARE) else self._stem(first)
        if stem is not None:
            layers, tensor = [stem[0]], stem[1]
        for _ in range(self._choose((1, 2, 3, 4))):
            block = self._block_for(tensor, layers_only=True)
            found = self._layer(block, tensor) if block is not None else None
            if found is None or "[" in found[1].name:
                continue
            layers.append(found[0])
            tensor = found[1]
        if not layers:
            return self._functional([first])
        return self._finished(f"keras.Sequential([{', '.join([first.name, *layers])}])")

    def _functional(self, tensors: list[Tensor]) -> Drawn:
        made = [tensor for tensor in tensors if tensor not in self._inputs]
        outputs = made[-1:] or [self._kept(tensors[0])]
        if made[:-1] and self._choose((False, False, False, True)):
            outputs.append(self._choose(made[:-1]))
        if self._choose(_BARE):
            outputs.append(self._kept(self._choose(self._inputs)))
        names = list(dict.fromkeys(tensor.name for tensor in outputs))
        return self._finished(f"keras.Model([{{inputs}}], [{', '.join(names)}])")

    def _kept(self, tensor: Tensor) -> Tensor:
        """Give an input of the model as an output: behind a layer, since not every Keras saves a bare one."""
        name = self._bench.add("x", f"keras.layers.Activation('linear')({tensor.name})")
        return tensor if name is None else Tensor(name, tensor.shape)

    def _finished(self, model: str) -> Drawn:
        needed = self._bench.needed(model)
        inputs = ", ".join(tensor.name for tensor in self._inputs if tensor.name in needed)
        program, built = self._bench.program(model.format(inputs=inputs), self._choose(_SUFFIXES))
        return Drawn(program, built)

    def _step(self, tensors: list[Tensor]) -> None:
        """Add one tensor, or none if nothing that was tried fits."""
        for _ in range(_TRIES):
            if self._move(self._choose(_MOVES), tensors):
                return

    def _move(self, move: str, tensors: list[Tensor]) -> bool:
        tensor = self._choose(tensors[::-1])
        match move:
            case "input":
                tensors += self._start()
                return True
            case "nested":
                return self._nested(tensor, tensors)
            case "sequential":
                return self._sequential(tensor, tensors)
            case "wrapped":
                return self._wrapped(tensor, tensors)
            case "again":
                known = [name for name, shape in self._layers if shape == tensor.shape and not tensor.whole]
                return bool(known) and self._made(f"{self._choose(known)}({tensor.name})", tensors)
            case _:
                return self._block(tensor, tensors)

    def _block(self, tensor: Tensor, tensors: list[Tensor]) -> bool:
        block = self._block_for(tensor, layers_only=False)
        if block is None:
            return False
        if block.is_layer:
            found = self._layer(block, tensor)
            if found is not None:
                tensors.append(found[1])
            return found is not None
        alike = [other for other in tensors if other.shape == tensor.shape and not other.whole]
        other = self._choose(alike[::-1]) if "{y}" in block.template and alike else tensor
        text = self._filled(block.template, tensor.shape, x=tensor.name, y=other.name)
        return text is not None and self._made(text, tensors)

    def _block_for(self, tensor: Tensor, *, layers_only: bool) -> Block | None:
        table = OF_IDS if tensor.ids else CASTS if tensor.whole else FAMILIES[self._choose(ALL)]
        fitting = [block for block in table if self._fits(block, tensor) and (block.is_layer or not layers_only)]
        return self._choose(fitting) if fitting else None

    def _fits(self, block: Block, tensor: Tensor) -> bool:
        return len(tensor.shape) in block.ranks and self._generation in block.generations

    def _layer(self, block: Block, tensor: Tensor) -> tuple[str, Tensor] | None:
        """Make a layer and call it, so that it can be called again."""
        text = self._filled(block.template, tensor.shape)
        layer = self._bench.add("layer", text) if text is not None else None
        made: list[Tensor] = []
        if layer is None or not self._made(f"{layer}({tensor.name})", made):
            return None
        self._layers.append((layer, tensor.shape))
        return layer, made[0]

    def _nested(self, tensor: Tensor, tensors: list[Tensor]) -> bool:
        """Build a model of its own and call it; its layers are not called outside, which Keras cannot load again."""
        if tensor.whole:
            return False
        start = self._input(f"{tensor.shape[1:]}", nested=True)
        inner, outside = [start], len(self._layers)
        for _ in range(self._choose((1, 2, 3))):
            self._block(self._choose(inner[::-1]), inner)
        del self._layers[outside:]
        if len(inner) == 1:
            return False
        model = self._bench.add("model", f"keras.Model({start.name}, {inner[-1].name})")
        return model is not None and self._called(model, tensor, tensors)

    def _sequential(self, tensor: Tensor, tensors: list[Tensor]) -> bool:
        """Put layers into a Sequential without an input and call it."""
        blocks = [self._block_for(tensor, layers_only=True) for _ in range(self._choose((1, 2, 3)))]
        texts = [self._filled(block.template, tensor.shape) for block in blocks if block is not None]
        layers = ", ".join(text for text in texts if text is not None)
        model = self._bench.add("model", f"keras.Sequential([{layers}])") if layers else None
        return model is not None and self._called(model, tensor, tensors)

    def _called(self, model: str, tensor: Tensor, tensors: list[Tensor]) -> bool:
        called = self._made(f"{model}({tensor.name})", tensors)
        if called:
            self._layers.append((model, tensor.shape))
        return called

    def _wrapped(self, tensor: Tensor, tensors: list[Tensor]) -> bool:
        """Let a layer see each step of the second axis on its own."""
        if len(tensor.shape) not in {3, 4} or tensor.whole:
            return False
        inside = Tensor("", (None, *tensor.shape[2:]))
        block = self._block_for(inside, layers_only=True)
        text = self._filled(block.template, inside.shape) if block is not None else None
        return text is not None and self._made(f"keras.layers.TimeDistributed({text})({tensor.name})", tensors)

    def _input(self, shape: str, *, nested: bool = False) -> Tensor:
        name = self._bench.add("a", f"keras.Input({shape})")
        assert name is not None
        tensor = Tensor(name, self._shape(name), "int" in shape, "int" in shape)
        if not nested:
            self._inputs.append(tensor)
        return tensor

    def _made(self, expression: str, tensors: list[Tensor]) -> bool:
        """Evaluate a call; every tensor it gives that is small enough joins the others."""
        name = self._bench.add("x", expression)
        if name is None:
            return False
        result = self._bench.value(name)
        names = [f"{name}[{index}]" for index in range(len(result))] if isinstance(result, (list, tuple)) else [name]
        made = [Tensor(part, self._shape(part), whole=not self._is_floating(part)) for part in names]
        tensors += [tensor for tensor in made if _is_small(tensor.shape)]
        return any(_is_small(tensor.shape) for tensor in made)

    def _shape(self, name: str) -> Shape:
        return tuple(self._bench.value(name).shape)

    def _is_floating(self, name: str) -> bool:
        return "float" in str(self._bench.value(name).dtype)

    def _filled(self, template: str, shape: Shape, **operands: str) -> str | None:
        """Fill the slots of a template, each on its own; None if nothing can stand in one of them."""
        parts: list[str] = []
        for text, slot, _, _ in string.Formatter().parse(template):
            parts.append(text)
            if slot is None:
                continue
            options = [operands[slot]] if slot in operands else fillings(slot, shape, self._generation)
            if not options:
                return None
            parts.append(self._choose(options))
        return "".join(parts)


def _is_small(shape: Shape) -> bool:
    count = 1
    for size in shape[1:]:
        count *= _LENGTH_OF_UNKNOWN if size is None else size
    return 0 < count <= _MOST_NUMBERS


@strategies.composite
def models(draw: strategies.DrawFn, generation: str) -> Drawn:
    """Models of one generation of Keras, with the programs that build them."""

    def choose(options: Sequence[Item], /) -> Item:
        return draw(strategies.sampled_from(options))

    return Growth(generation, choose).grow()
