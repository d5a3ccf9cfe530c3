"""The Keras callback that looks at a model before its first epoch, of Keras 3 and of Keras 2.

It is no subclass of theirs, which would have to be imported, and which of them could not be known. What `fit` asks of a
callback is a set of methods (Keras 3.0 to 3.15, callbacks/callback_list.py; tf_keras 2.21, callbacks.py): the only
classes that they test for are those of their own history and progress bar.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterable
from types import NoneType
from typing import Any

from logitcheck import demands, inspection
from logitcheck.declarations import Declarations
from logitcheck.errors import InconsistentModelError, LogitcheckWarning, SettingsError
from logitcheck.report import ModelReport, Severity
from logitcheck.reporter.summary import counted

_ACTIONS = ("raise", "warn", "log")
_BETWEEN = frozenset({"logitcheck", "keras", "tf_keras", "tensorflow"})
"""Packages whose code stands between the line that calls `fit` and this one."""


class LogitCheck:
    """A Keras callback that stops a training whose loss does not fit what the model puts out, before the first batch.

    action: "raise" an InconsistentModelError, "warn" with a LogitcheckWarning, or "log" to the logger "logitcheck".
    fail_on: the mildest finding for which it does: "error", "warning" or "info".
    strict: whether it also does where nothing can be proved.
    ignore: rules that are not asked, by code or name: "LC201", "threshold-on-logits", "LC2".
    declarations: what layers and losses of your own do; None takes what settings say of them.

        model.fit(x, y, callbacks=[logitcheck.LogitCheck()])

    Of a model in which nothing is wrong it says nothing. A model that cannot be judged at all is trained, with a
    warning. Nothing else is taken from settings.
    """

    async_safe = True  # Keras 3 then runs batches of other callbacks in the background, as it would without this one
    _supports_tf_logs = True  # and Keras 2 makes no NumPy arrays for it

    def __init__(
        self,
        action: str = "raise",
        *,
        fail_on: str = "warning",
        strict: bool = False,
        ignore: str | Iterable[str] = (),
        declarations: Declarations | None = None,
    ) -> None:
        """Decide what is asked of models.

        Raises ValueError for an action or severity that there is not, SettingsError for a rule that there is not, and
        TypeError for declarations that are none.
        """
        if not isinstance(declarations, (Declarations, NoneType)):
            raise TypeError(f"declarations should be a logitcheck.Declarations, found {type(declarations).__name__}.")
        if action not in _ACTIONS:
            raise ValueError(f"action should be one of {', '.join(map(repr, _ACTIONS))}, found {action!r}.")
        self.action = action
        self.model: Any = None
        self.params: Any = None
        self._settings = demands.demand(fail_on=fail_on, strict=strict, ignore=ignore)
        self._declarations = declarations

    def set_model(self, model: Any) -> None:
        """Take the model that is about to be trained."""
        self.model = model

    def set_params(self, params: Any) -> None:
        """Take the parameters of `fit`, as every callback does."""
        self.params = params

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002  Keras hands it over by name
        """Inspect the model.

        Raises InconsistentModelError if that is the action, and something is found.
        """
        try:
            declared = demands.declarations(self.model, self._declarations)
            report = inspection.inspect(_unwrapped(self.model), declarations=declared)
        except SettingsError as error:
            _warn(f"The settings of logitcheck cannot be followed, and this model is trained unseen: {error}")
            return
        except Exception as error:  # noqa: BLE001  a defect of ours must not cost anybody a training
            _warn(f"logitcheck failed on this model, which is trained unseen ({type(error).__name__}: {error}).")
            return
        told = demands.told(report, self._settings)
        if told.error is not None:
            _warn(f"logitcheck cannot judge this model, which is trained unseen.\n\n{demands.text(told)}")
        elif demands.is_refused(told, self._settings):
            self._object(told)

    def _object(self, report: ModelReport) -> None:
        message = _message(report)
        match self.action:
            case "raise":
                raise InconsistentModelError(f"{message}\n\n{_way_out(report)}", report)
            case "warn":
                _warn(message)
            case _:
                level = logging.ERROR if report.has_at_least(Severity.ERROR) else logging.WARNING
                logging.getLogger("logitcheck").log(level, message)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Have every other hook that a Keras has, and do nothing in it."""
        if name.startswith("on_"):
            return _nothing
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _implements_train_batch_hooks(self) -> bool:
        return False

    def _implements_test_batch_hooks(self) -> bool:
        return False

    def _implements_predict_batch_hooks(self) -> bool:
        return False


def _nothing(*_: Any, **__: Any) -> None:
    """Do nothing, as most hooks do."""


def _unwrapped(model: Any) -> Any:
    """Give the model itself where PyTorch trains a wrapper of it (Keras 3, callbacks/callback.py)."""
    return model.module if type(model).__name__ == "DistributedDataParallel" else model


def _message(report: ModelReport) -> str:
    """Say before the first epoch what is wrong and what to type."""
    counts = {severity: sum(each.severity is severity for each in report.findings) for severity in Severity}
    found = " and ".join(counted(counts[severity], severity.value) for severity in Severity if counts[severity])
    rules = ", ".join(dict.fromkeys(f"{each.code} {each.name}" for each in report.findings))
    return f"Before the first epoch, logitcheck found {found}: {rules}.\n\n{demands.text(report)}"


def _way_out(report: ModelReport) -> str:
    codes = ", ".join(dict.fromkeys(repr(finding.code) for finding in report.findings))
    return f"To train all the same: LogitCheck('warn'), or LogitCheck(ignore=[{codes}])."


def _warn(message: str) -> None:
    """Warn at the line that calls `fit`."""
    frame, level = sys._getframe(), 1  # noqa: SLF001  what `inspect.currentframe` gives, which Python may not have
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _BETWEEN:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, LogitcheckWarning, stacklevel=level)
