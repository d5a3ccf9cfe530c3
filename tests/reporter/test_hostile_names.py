"""Names come from files that strangers wrote: through every format they come intact, and do nothing there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from logitcheck import inspection
from logitcheck.report import ModelReport, Report, SkippedBy, SkippedFinding
from logitcheck.reporter.brief import first_sentence
from logitcheck.reporter.escaping import printable
from tests.building import (
    Config,
    called,
    compiled,
    custom,
    dense,
    function,
    functional,
    sequential,
    source,
    tensor,
    write,
)
from tests.reporter import workflow_commands
from tests.reporter.formats import FORMATS, Format
from tests.reporter.reports import finding, model, unreadable

NAMES: Mapping[str, str] = {
    "plain": "head",
    "non-Latin": "größer 出力 вывод मॉडल \U0001f600",
    "escape sequences": "a\x1b[31mred\x1b]0;title\x07\x9b2J",
    "newlines": "a\nb\r\nc\u2028d\u2029e\x85f",
    "new paragraph": "a\n\n# heading\n\n    code",
    "other control characters": "a\x00b\tc\x08d\x0be\x7f\ufeff\ufffe",
    "bidi marks": "a\u202eevil\u202c\u2066b\u2069\u200f\u200b",
    "lone surrogates": "a\udc80b\ud800c",
    "quotes": "it's \"so\" `and` '. \"; 'b",
    "full stops": "a. B! C? 'd. E",
    "backslashes": "\\n \\x1b \\u202e \\' \\",
    "percent": "%0A::error::x %25 100% %3A%2C",
    "command": "::error file=a,line=1::x",
    "command behind a space": "a ::add-mask::secret ::stop-commands::x",
    "command in the middle": "a##[add-mask]b ##vso[task.setvariable variable=a]b",
    "command behind a long word": f"{'a' * 99}::error::x {'b' * 300}::error::x",
    "properties": "a,line=2,title=b:c=d",
    "rich markup": "[bold]a[/bold] [/] [link=file:///etc/passwd]b",
    "HTML": "<script>alert(1)</script><img src=x onerror=a> <!-- --> </details></code></pre>",
    "entities": "&lt; &amp; &#64; &x;",
    "XML": "]]> <![CDATA[ <?xml?> <!DOCTYPE a> </failure></testcase> [[ATTACHMENT|a]]",
    "Markdown": "*a* _b_ __c__ ~~d~~ # e [f](http://g) ![h](i) | j | `k` ``` > $l$ :tada: @m #1",
    "addresses": "http://a.example www.a.example a@b.example @somebody owner/repo#1",
    "fence": "```\n~~~\n</pre>",
    "JSON": '{"a": "b\\u0000"}, null]',
    "expression": "${{ secrets.TOKEN }} $(id) `id` %s {0}",
    "spaces": "  a   b  ",
}


@dataclass(frozen=True, kw_only=True)
class Named:
    """A report full of a name, the paths with it, and the first sentence said of each model."""

    name: str
    report: Report
    paths: tuple[str, ...]
    said: tuple[str, ...]


@pytest.fixture(scope="module", params=NAMES)
def named(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Named:
    """Layers, outputs, losses, classes, activations, files and reasons that have the name; what is said is real."""
    name, folder = NAMES[request.param], tmp_path_factory.mktemp("hostile")
    (folder / "empty").touch()
    models = [
        _inspected(folder, _two_outputs(name), ["categorical_crossentropy", "mse"]),
        _inspected(folder, sequential(dense("head", 3)), function(name)),
        _inspected(folder, sequential(custom(name, "head")), "binary_crossentropy"),
        _inspected(folder, sequential(dense("head", 3, name)), "binary_crossentropy"),
        inspection.inspect(folder / "empty"),
    ]
    assert [told.outcome.value for told in models] == ["mismatch", *["undetermined"] * 3, "unreadable"]
    # Rules quote names, which makes them harmless; no format relies on it.
    models.append(model("", finding(message=f"Of {name}.", fixes=(f"Use {name}: f({name})",), layer=name)))
    models.append(unreadable("", message=f"Of {name}.", hint=f"Use {name}."))
    paths = tuple(f"models/{number}{name.replace('/', '-')}" for number, _ in enumerate(models))
    models = [dataclasses.replace(told, path=path) for told, path in zip(models, paths, strict=True)]
    found = models[0].findings[0]
    quiet = SkippedFinding(finding=found, by=SkippedBy.IGNORE, reason=f"because of {name}")
    models[0] = dataclasses.replace(models[0], skipped=(quiet,))
    said = tuple(first_sentence(told.findings[0].message) for told in models[:4])
    assert repr(name) in said[0]
    return Named(name=name, report=Report(models=tuple(models)), paths=paths, said=said)


def _inspected(folder: Path, model: Config, loss: Any) -> ModelReport:
    return inspection.inspect(write(folder / "model.keras", compiled(model, loss)))


def _two_outputs(name: str) -> Config:
    layers = [
        source(),
        called(dense(name, 3), tensor("x", (None, 4))),
        called(dense(f"{name}2", 1), tensor("x", (None, 4))),
    ]
    return functional(layers, [[name, 0, 0], [f"{name}2", 0, 0]])


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)
def test_a_name_comes_through_and_does_nothing(
    format_: Format, named: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = format_.write(named.report)
    assert text.replace("\n", "").isprintable()
    for line in text.split("\n"):
        assert format_.is_obeyed or not workflow_commands.is_obeyed(line)
    read = format_.read(text)
    if format_.exact:
        reason = named.report.models[0].skipped[0].reason
        assert {named.name, f"{named.name}2", *named.paths, reason} <= set(read)
        return
    told = _comparable("\n".join(read))
    for path in named.paths:
        assert any(_comparable(form) in told for form in (path, printable(path), _encoded(path)))
    for said in [*named.said, *([f"because of {named.name}"] if format_.tells_skipped else [])]:
        assert any(_comparable(form) in told for form in (said, printable(said), repr(said)[1:-1]))


def _encoded(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _comparable(text: str) -> str:
    """Text without spaces, at which lines are broken, and without the escapes that break up commands."""
    for sign in "#:[":
        text = text.replace(f"\\x{ord(sign):x}", sign)
    return "".join(text.split())
