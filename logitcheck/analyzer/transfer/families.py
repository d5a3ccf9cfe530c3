"""The tables of all families as one, each family imported when it is first asked.

Most models end in a Dense and an activation: for them the other families, which make up most of the package, need not
be imported, and a cold run is the faster for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from logitcheck.analyzer.calls import Rule


class Families(Mapping[str, Rule]):
    """Rules by name, out of the table called `table` of every module in `families`, looked through in that order."""

    def __init__(self, table: str, families: tuple[str, ...]) -> None:
        self._table = table
        self._waiting = list(families)
        self._rules: dict[str, Rule] = {}

    def __getitem__(self, name: str) -> Rule:
        while name not in self._rules and self._waiting:
            self._load()
        return self._rules[name]

    def __iter__(self) -> Iterator[str]:
        while self._waiting:
            self._load()
        return iter(self._rules)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _load(self) -> None:
        module = import_module(f"logitcheck.analyzer.transfer.{self._waiting.pop(0)}")
        self._rules = {**getattr(module, self._table), **self._rules}
