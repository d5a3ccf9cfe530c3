"""The commands and their options, as typer reads them; imported only when a plain call will not do."""

from __future__ import annotations

from typing import Annotated

import typer

from logitcheck import __version__, command_help, completing
from logitcheck.command_options import (
    Baseline,
    Config,
    Exclude,
    ExitZero,
    ExtendSelect,
    FailOnOption,
    ForceExclude,
    Formats,
    Ignore,
    Isolated,
    Jobs,
    Output,
    Paths,
    Select,
    ShowFiles,
    ShowSettings,
    Strict,
    WriteBaseline,
)
from logitcheck.formats import DocumentFormat, Format
from logitcheck.probe_options import (
    DEFAULT_MEMORY,
    DEFAULT_TIMEOUT,
    Data,
    Device,
    DeviceOption,
    Imports,
    Labels,
    Memory,
    ModelPath,
    Probe,
    ProbeFormat,
    ProbeMemory,
    ProbeTimeout,
    Samples,
    Seed,
    Timeout,
    Unsafe,
)
from logitcheck.report import Severity
from logitcheck.reporter.escaping import printable
from logitcheck.run import Probing, Request, run
from logitcheck.settings import Overrides
from logitcheck.targets import Target

app = typer.Typer(
    name="logitcheck",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=(
        "Tells from a saved Keras model whether it puts out logits or probabilities, and whether its loss knows.\n\n"
        "For example:\n\n"
        "\b\n"
        "  logitcheck inspect model.keras       one model, in full\n"
        "  logitcheck check models/             what is wrong, a line each: for CI and hooks\n"
        "  logitcheck explain LC101             what a rule means, and how it is done right\n"
        "  logitcheck probe model.keras         run it, where the file alone cannot tell\n"
        "  logitcheck fix model.keras --diff    what would mend the stored compile settings\n"
        "  logitcheck doctor                    what can be read here, and what is missing"
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"logitcheck {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Hold the options of the program itself, and make `inspect` a command of its own."""


@app.command(
    "check",
    help=command_help.CHECK,
    short_help="Say what is wrong with models, for CI and hooks.",
    epilog=command_help.EPILOG,
)
@app.command("inspect", help=command_help.INSPECT, epilog=command_help.EPILOG)
def _inspecting(
    context: typer.Context,
    paths: Paths,
    formats: Formats = None,
    output: Output = None,
    fail_on: FailOnOption = None,
    strict: Strict = False,
    exit_zero: ExitZero = False,
    select: Select = None,
    extend_select: ExtendSelect = None,
    ignore: Ignore = None,
    exclude: Exclude = None,
    force_exclude: ForceExclude = False,
    config: Config = None,
    isolated: Isolated = False,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = False,
    show_settings: ShowSettings = False,
    show_files: ShowFiles = False,
    jobs: Jobs = None,
    probe: Probe = False,
    imports: Imports = None,
    timeout: ProbeTimeout = None,
    memory: ProbeMemory = None,
) -> None:
    is_check = context.info_name == "check"
    if probe and is_check:
        context.fail("--probe belongs to `logitcheck inspect`: a check runs nothing of a model.")
    for option, given in (("--import", imports), ("--timeout", timeout), ("--memory", memory)):
        if given and not probe:
            context.fail(f"{option} goes with --probe: without it, nothing of a model is run.")
    overrides = Overrides(
        config=config,
        isolated=isolated,
        select=None if select is None else tuple(select),
        extend_select=tuple(extend_select or ()),
        ignore=tuple(ignore or ()),
        exclude=tuple(exclude or ()),
        force_exclude=force_exclude,
        fail_on=None if fail_on is None else Severity(fail_on.value),
        strict=strict,
        baseline=baseline,
    )
    if show_settings or show_files:
        from logitcheck import showing

        raise typer.Exit(showing.show(paths, overrides, settings=show_settings, files=show_files))
    request = Request(
        paths=tuple(paths),
        targets=_targets(context, formats or [Format.CONCISE if is_check else Format.TEXT], output),
        overrides=overrides,
        problems_only=is_check,
        exit_zero=exit_zero,
        jobs=jobs,
        write_baseline=write_baseline,
        probing=Probing(
            imports=tuple(imports or ()), seconds=timeout or DEFAULT_TIMEOUT, megabytes=memory or DEFAULT_MEMORY
        )
        if probe
        else None,
    )
    raise typer.Exit(run(request))


def _targets(context: typer.Context, given: list[str], output: str | None) -> tuple[Target, ...]:
    """Read the formats and where each goes: one at most to standard output, or into the file of --output."""
    targets: list[Target] = []
    for text in given:
        name, _, file = text.partition("=")
        if name not in {member.value for member in Format} or text.endswith("="):
            context.fail(f"--format: {printable(text)!r} is none of {', '.join(Format)}, with or without =FILE.")
        targets.append(Target(Format(name), None if file in {"", "-"} else file))
    bare = [position for position, target in enumerate(targets) if target.file is None]
    if len(bare) > 1 or (output is not None and not bare):
        context.fail("--format: all but one need a file, as in --format sarif=logitcheck.sarif.")
    return tuple(Target(each.output_format, output) if each.file is None else each for each in targets)


@app.command(context_settings={"allow_extra_args": True})
def rules(
    context: typer.Context,
    output_format: Annotated[
        DocumentFormat, typer.Option("--format", help="How to write the list: text for people, json for programs.")
    ] = DocumentFormat.TEXT,
) -> None:
    """List every rule: code, name, severity, and what is wrong."""
    if context.args:
        asked = printable(" ".join(context.args))
        context.fail(f"rules lists all of them. Did you mean `logitcheck explain {asked}`?")
    from logitcheck.explaining import list_rules

    raise typer.Exit(list_rules(output_format))


@app.command()
def explain(
    wanted: Annotated[
        list[str],
        typer.Argument(
            metavar="RULE...",
            autocompletion=completing.rules,
            help="Rules by code or name, in any letter case: LC101, probabilities-as-logits.",
        ),
    ],
    output_format: Annotated[
        DocumentFormat, typer.Option("--format", help="How to write it: text for people, json for programs.")
    ] = DocumentFormat.TEXT,
) -> None:
    """Say what a rule finds, why it matters, and what to do.

    For example: logitcheck explain LC101
    """
    from logitcheck.explaining import explain as explain_rules

    raise typer.Exit(explain_rules(wanted, output_format))


@app.command(
    "probe",
    help=command_help.PROBE,
    short_help="Run a model and look at what it puts out.",
    epilog=command_help.PROBE_EPILOG,
)
def _probing(
    context: typer.Context,
    path: ModelPath,
    data: Data = None,
    labels: Labels = None,
    samples: Samples = 256,
    seed: Seed = 0,
    timeout: Timeout = DEFAULT_TIMEOUT,
    memory: Memory = DEFAULT_MEMORY,
    device: DeviceOption = Device.CPU,
    imports: Imports = None,
    unsafe: Unsafe = False,
    output_format: ProbeFormat = DocumentFormat.TEXT,
) -> None:
    if labels is not None and data is None:
        context.fail("--labels needs --data: labels say nothing of inputs that are made.")
    from logitcheck.probing import command, process
    from logitcheck.probing.probe import Options

    options = Options(
        data=data,
        labels=labels,
        samples=samples,
        seed=seed,
        limits=process.Limits(seconds=timeout, megabytes=memory),
        imports=tuple(imports or ()),
        unsafe=unsafe,
    )
    request = command.ProbeRequest(path=path, options=options, gpu=device is Device.GPU, output_format=output_format)
    raise typer.Exit(command.run(request))


@app.command(
    "fix",
    help=command_help.FIX,
    short_help="Mend the stored compile settings of a model.",
    epilog=command_help.FIX_EPILOG,
)
def _fixing(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="MODEL", help="A .keras, .h5 or JSON file, or a .keras folder.")],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FIXED", help="Write the result as this new file.")
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Change the model itself, and keep the old file.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change, and write nothing.")] = False,
    backup: Annotated[
        str | None,
        typer.Option(metavar="SUFFIX", help="What the name of the old file ends in, with --in-place: .bak if not set."),
    ] = None,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="Keep no old file.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is at FIXED.")] = False,
    assume_keras: Annotated[
        bool,
        typer.Option("--assume-keras", help="Take losses and metrics that are known by name only for those of Keras."),
    ] = False,
    output_format: Annotated[
        DocumentFormat, typer.Option("--format", help="How to write the report.")
    ] = DocumentFormat.TEXT,
    select: Select = None,
    ignore: Ignore = None,
    config: Config = None,
    isolated: Isolated = False,
) -> None:
    if [output is not None, in_place, diff].count(True) != 1:
        context.fail("give one of -o FIXED, --in-place and --diff.")
    if (backup is not None or no_backup) and not in_place:
        context.fail("--backup and --no-backup are for --in-place: elsewhere the old file stays where it is.")
    if backup is not None and no_backup:
        context.fail("give one of --backup and --no-backup.")
    if force and output is None:
        context.fail("--force is for -o FIXED.")
    if output == "-":
        context.fail("-o -: a model is not written to standard output; give the name of a file.")
    from logitcheck import mending
    from logitcheck.fixing.targets import Wanted

    kept = None if no_backup else ".bak" if backup is None else backup
    wanted = None if diff else Wanted(output=output, backup=kept, force=force)
    request = mending.FixRequest(
        path=path,
        wanted=wanted,
        assume_keras=assume_keras,
        output_format=output_format,
        overrides=Overrides(
            config=config,
            isolated=isolated,
            select=None if select is None else tuple(select),
            ignore=tuple(ignore or ()),
        ),
    )
    raise typer.Exit(mending.run(request))


@app.command()
def doctor() -> None:
    """Say what can be read here, and what is missing."""
    from logitcheck.doctor import examine

    raise typer.Exit(examine())
