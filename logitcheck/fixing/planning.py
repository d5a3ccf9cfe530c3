"""From findings to changes of the compile settings: which settings become what, and what is left and why.

Losses come first: what a metric is given is settled only once no loss disputes it. So changes are made in rounds, each
judged as if it were a file of its own, until none is wished for.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from logitcheck import inspection, rules
from logitcheck.analyzer import analyze
from logitcheck.declarations import NO_DECLARATIONS, Declarations
from logitcheck.fixing import forms, losses, metrics, places, reasons, retraining
from logitcheck.fixing.forms import Edit
from logitcheck.fixing.result import Change, Refusal, Weights
from logitcheck.fixing.spans import Place
from logitcheck.fixing.wishes import Outlook, Wish
from logitcheck.loader.assemble import assemble
from logitcheck.loader.stored import StoredModel
from logitcheck.model import SavedModel
from logitcheck.report import WHY_UNDETERMINED, Finding, ModelReport, Severity, Verdict

_MOST_ROUNDS = 4
"""A round for losses, one for the metrics that they disputed, one that finds nothing more to do, and one to spare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Permit:
    """What may be changed.

    assume_keras: whether functions that are known by name are taken for those of Keras.
    why_quiet: says of a finding why settings keep it quiet, or None: what they do is there on purpose.
    declarations: what is said of layers and losses that no file holds.
    """

    assume_keras: bool = False
    why_quiet: Callable[[Finding], str | None] = field(default=lambda _: None)
    declarations: Declarations = NO_DECLARATIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class FixPlan:
    """What is to be done to a model: edits in order, what they mean, and what is left.

    settings: as they will be. before, after: what is said of the model. declarations: what that rests on, too.
    """

    edits: tuple[Edit, ...]
    settings: Mapping[str, object]
    changes: tuple[Change, ...]
    refusals: tuple[Refusal, ...]
    ignored: tuple[Refusal, ...]
    before: ModelReport
    after: ModelReport
    declarations: Declarations


def plan(stored: StoredModel, path: str, permit: Permit) -> FixPlan:
    """Plan the changes of a model that was read from `path`."""
    model = assemble(stored)
    before = inspection.report_on(path, model, permit.declarations)
    edits: list[Edit] = []
    changes: list[Change] = []
    asked: list[Wish] = []
    for _ in range(_MOST_ROUNDS):
        settings = stored.compile_settings or {}
        done = {edit.place for edit in edits}
        wishes = [_once(wish, done) for wish in _wishes(model, settings, permit)]
        agreed, asked = _agreed(model, settings, wishes)
        if not agreed:
            break
        made = [_change(settings, model, group) for group in agreed]
        new = [Edit(place=change.place, value=change.after) for change in made]
        changes, edits = [*changes, *made], [*edits, *new]
        stored = replace(stored, compile_settings=changed(settings, new))
        model = assemble(stored)
    after = inspection.report_on(path, model, permit.declarations)
    refusals = list(_refusals(model, asked, permit))
    return FixPlan(
        edits=tuple(edits),
        settings=stored.compile_settings or {},
        changes=retraining.together(changes),
        refusals=tuple(refusal for finding, refusal in refusals if permit.why_quiet(finding) is None),
        ignored=tuple(
            replace(refusal, reason=why) for finding, refusal in refusals if (why := permit.why_quiet(finding))
        ),
        before=before,
        after=after,
        declarations=permit.declarations,
    )


def _wishes(model: SavedModel, settings: Mapping[str, object], permit: Permit) -> Iterator[Wish]:
    found = places.find(model, settings)
    for position, output in enumerate(analyze(model, permit.declarations)):
        outlook = Outlook(
            model=model,
            settings=settings,
            places=found,
            position=position,
            output=output,
            assume_keras=permit.assume_keras,
        )
        for wish in (*losses.wishes(outlook), *metrics.wishes(outlook)):
            if permit.why_quiet(wish.finding) is None:
                yield wish


def _once(wish: Wish, done: Collection[Place]) -> Wish:
    """Make sure that nothing is changed twice: a threshold that was moved once is right, whatever it looks like."""
    if wish.edit is not None and wish.edit.place in done:
        return replace(wish, edit=None, reason="it was changed, and would have to be changed again")
    return wish


def _agreed(
    model: SavedModel, settings: Mapping[str, object], asked: list[Wish]
) -> tuple[list[list[Wish]], list[Wish]]:
    """Give the wishes that all outputs which share a setting have alike, setting by setting, and all with reasons."""
    users = places.find(model, settings).users
    agreed: list[list[Wish]] = []
    explained: list[Wish] = []
    for place in dict.fromkeys(wish.place for wish in asked):
        wishes = [wish for wish in asked if wish.place == place]
        edits = {repr(wish.edit) for wish in wishes}
        sharing = users.get(place, frozenset()) if place is not None else frozenset()
        if len(edits) == 1 and wishes[0].edit is not None and {wish.position for wish in wishes} == sharing:
            agreed.append(wishes)
            continue
        why = reasons.shared(_names(model, sorted(sharing)))
        explained.extend(replace(wish, edit=None, reason=wish.reason or why) for wish in wishes)
    return agreed, explained


def _names(model: SavedModel, positions: Sequence[int]) -> str:
    named = [repr(model.outputs[position].name) for position in positions]
    return f"outputs {', '.join(named)}"


def _change(settings: Mapping[str, object], model: SavedModel, wishes: Sequence[Wish]) -> Change:
    first = wishes[0]
    assert first.edit is not None
    return Change(
        code=first.finding.code,
        outputs=tuple(dict.fromkeys(model.outputs[wish.position].name for wish in wishes)),
        place=first.edit.place,
        label=forms.label(forms.at(settings, first.place or ())),
        before=forms.at(settings, first.edit.place),
        after=first.edit.value,
        weights=min((wish.weights for wish in wishes), key=list(Weights).index),
        advice=" ".join(dict.fromkeys(wish.advice for wish in wishes)),
    )


def changed(settings: Mapping[str, object], edits: Iterable[Edit]) -> Mapping[str, object]:
    """Give the settings with edits made."""
    made = copy.deepcopy(dict(settings))
    for edit in edits:
        parent, last = forms.at(made, edit.place[:-1]), edit.place[-1]
        if isinstance(parent, list) and isinstance(last, int):
            parent[last] = edit.value
        else:
            assert isinstance(parent, dict)
            parent[last] = edit.value
    return made


def _refusals(model: SavedModel, asked: Iterable[Wish], permit: Permit) -> Iterator[tuple[Finding, Refusal]]:
    """Give what is left wrong, or untold, output by output, with the reasons."""
    why: dict[tuple[str, int], list[str]] = {}
    for wish in asked:
        why.setdefault((wish.finding.code, wish.position), []).append(wish.reason)
    for position, output in enumerate(analyze(model, permit.declarations)):
        verdict, _, findings = rules.judge(model, output)
        for finding in findings:
            if not is_left(finding, verdict is Verdict.UNDETERMINED):
                continue
            own = why.get((finding.code, position))
            is_untold = finding.severity is Severity.INFO
            reason = finding.message if is_untold else "; ".join(dict.fromkeys(own or [reasons.general(finding.code)]))
            yield finding, Refusal(code=finding.code, output=finding.output, reason=reason, fixes=finding.fixes)


def is_left(finding: Finding, is_undetermined: bool) -> bool:
    """Whether a finding says that something is wrong, or why nothing can be said of what is undetermined."""
    return finding.severity.at_least(Severity.WARNING) or (is_undetermined and finding.code in WHY_UNDETERMINED)
