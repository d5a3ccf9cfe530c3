"""One run under settings: what is inspected, what is told of it, and whether that makes the run fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from logitcheck import batch, inputs, policy
from logitcheck.report import ModelReport, Outcome, Report
from logitcheck.settings import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from logitcheck.baseline import Baseline
    from logitcheck.settings.selectors import Selector


@dataclass(frozen=True, slots=True)
class Unused:
    """Declarations of one settings file that no model of a run needs, such as `layers.pkg>MySoftmax`."""

    source: Path
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What came out of a run.

    fails: whether something was found that makes the exit status 1.
    known: the baselines that were read. asks: whether the rule with a code was asked of a model. searched: the folders
    that were searched for models.
    unused: what settings declare and no model needs, where folders were searched: a few files tell nothing of the rest.
    """

    report: Report
    fails: bool
    asks: Callable[[ModelReport, str], bool]
    known: tuple[Baseline, ...] = ()
    searched: tuple[str, ...] = ()
    unused: tuple[Unused, ...] = ()

    @property
    def is_unreadable(self) -> bool:
        """Whether an input could not be read."""
        return self.report.count(Outcome.UNREADABLE) > 0


def check(
    given: Sequence[inputs.Given],
    plan: Plan,
    asked: tuple[Selector, ...],
    *,
    jobs: int | None = None,
    watch: batch.Watch | None = None,
    may_lack_baseline: bool = False,
) -> Checked:
    """Inspect what the paths stand for, under the settings of each.

    asked: the rules that are asked unless settings select others. may_lack_baseline: whether a baseline that is not
    there knows nothing, as before the first one is written.
    Raises SettingsError for settings that cannot be followed.
    """
    reports = batch.inspect_given(given, jobs, declared=lambda path: plan.of(path).declarations, watch=watch)
    models = [policy.applied(model, plan.of(model.path), asked) for model in reports]
    known = _baselines(models, plan, may_lack_baseline=may_lack_baseline)
    models = [_without_known(model, plan, known) for model in models]
    searched = tuple(each.path for each in given if any(not isinstance(item, str) for item in each.items))
    return Checked(
        report=Report(models=tuple(models)),
        fails=any(policy.fails(model, plan.of(model.path)) for model in models),
        known=tuple(known.values()),
        asks=partial(_asks, plan, asked),
        searched=searched,
        unused=_unused(models, plan) if searched else (),
    )


def gather(paths: Iterable[str], plan: Plan) -> list[inputs.Given]:
    """Give what the paths of a run stand for, without what settings exclude."""

    def excludes(path: str) -> bool:
        return plan.of(path).excludes(path)

    def forces_out(path: str) -> bool:
        settings = plan.of(path)
        return settings.force_exclude and settings.excludes(path)

    return inputs.gather(paths, excludes, force=forces_out)


def sources(given: Iterable[inputs.Given], plan: Plan) -> Iterator[str]:
    """Give the paths of all that a run reads: its inputs, and the settings and baseline of each."""
    for each in given:
        for item in each.items:
            path = item if isinstance(item, str) else item.path
            settings = plan.of(path)
            yield path
            yield from (str(file) for file in (settings.source, settings.baseline) if file is not None)


def _baselines(models: Sequence[ModelReport], plan: Plan, *, may_lack_baseline: bool) -> dict[Path, Baseline]:
    sources = {source for model in models if (source := plan.of(model.path).baseline) is not None}
    if may_lack_baseline:
        sources = {source for source in sources if source.exists()}
    if not sources:
        return {}
    from logitcheck import baseline

    return {source: baseline.read(source) for source in sorted(sources)}


def _without_known(model: ModelReport, plan: Plan, known: dict[Path, Baseline]) -> ModelReport:
    source = plan.of(model.path).baseline if known else None
    return known[source].applied(model) if source in known else model


def _unused(models: Sequence[ModelReport], plan: Plan) -> tuple[Unused, ...]:
    used: dict[Path, set[str]] = {}
    declared: dict[Path, list[str]] = {}
    for model in models:
        settings = plan.of(model.path)
        if settings.source is not None and settings.declarations:
            used.setdefault(settings.source, set()).update(model.declarations_used)
            declared[settings.source] = settings.declarations.names()
    left = {source: tuple(name for name in names if name not in used[source]) for source, names in declared.items()}
    return tuple(Unused(source, names) for source, names in left.items() if names)


def _asks(plan: Plan, default: tuple[Selector, ...], model: ModelReport, code: str) -> bool:
    return policy.chosen_for(code, plan.of(model.path), default) is not None
