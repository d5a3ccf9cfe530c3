"""What `fix` found, changed and left: the one thing that its reporters read, and what `logitcheck.fix` returns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from logitcheck.errors import InputError, LogitcheckError
from logitcheck.report import ModelReport


class NotWrittenError(LogitcheckError):
    """A result that could not be put where it was asked for; nothing stands there that did not before."""


class FixStatus(Enum):
    """What became of a model; the values are part of the JSON that `fix` writes.

    FIXED: nothing of what was found is left. PARTLY_FIXED: something is. NOTHING_TO_FIX: nothing was found. REFUSED:
    something was, and nothing of it can be fixed without a guess. NOT_WRITTEN: it can be, but the result could not be
    put where it was asked for.
    """

    FIXED = "fixed"
    PARTLY_FIXED = "partly_fixed"
    NOTHING_TO_FIX = "nothing_to_fix"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    NOT_WRITTEN = "not_written"


class Weights(Enum):
    """What is known of weights that were trained with a setting before it was fixed.

    GOOD: they are what the fixed setting would have trained. RETRAIN: they are not. DEPENDS: on where they were
    trained. UNAFFECTED: nothing is trained by a metric.
    """

    RETRAIN = "retrain"
    DEPENDS = "depends"
    GOOD = "good"
    UNAFFECTED = "unaffected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One setting that was changed.

    code: of the rule that it was wrong by. outputs: the names of the outputs that it is for.
    place: where it stands in the compile settings. label: what the loss or metric there is called. before, after: what
    is stored, as JSON has it; before is None for a setting that was not there.
    weights, advice: what becomes of trained weights, in a word and in a sentence.
    """

    code: str
    outputs: tuple[str | None, ...]
    place: tuple[str | int, ...]
    label: str | None
    before: object
    after: object
    weights: Weights
    advice: str

    @property
    def where(self) -> str:
        """The place as a person would write it: loss.a.config.from_logits, metrics[0][1]."""
        words = ""
        for step in self.place:
            is_plain = isinstance(step, str) and step.isidentifier()
            words += f".{step}" if is_plain and words else str(step) if is_plain else f"[{step!r}]"
        return words


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Something wrong or untold that is left as it is: why, and what a person can do."""

    code: str
    output: str | None
    reason: str
    fixes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FixResult:
    """What became of one model.

    output: the file or folder that was written, None if nothing was. backup: where the file from before is.
    problem: why the result could not be written, if it was asked for and could not.
    ignored: what settings keep quiet, and is therefore left as it is. notes: what else there is to know of what was
    written. diff: between the compile settings before and after, as text. before, after: what is said of the model.
    """

    path: str
    status: FixStatus
    output: str | None = None
    backup: str | None = None
    changes: tuple[Change, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    ignored: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str | None = None
    diff: str = ""
    before: ModelReport
    after: ModelReport

    def __str__(self) -> str:
        """Give what the command writes."""
        from logitcheck.reporter import fix_text
        from logitcheck.reporter.wrapping import plain

        return "\n".join(plain(fix_text.lines(self, 100)))

    @property
    def error(self) -> InputError | None:
        """Why the model could not be read, if it could not."""
        return self.before.error
