"""The tree of commands. Importing this module loads click and nothing heavier."""

import click

import tradec
from tradec.cli.frame import global_options
from tradec.cli.lazy import LazyGroup

COMMANDS = {
    "run": ("tradec.cli.run", "run", "Compile a play and trade it on past or synthetic minutes."),
    "audit": ("tradec.cli.audit", "audit", "Prove that a session did what its play says."),
    "check": ("tradec.cli.check", "check", "Say what is wrong with plays, without compiling."),
    "compile": ("tradec.cli.compile", "compile_", "Compile plays to native code."),
    "diff": ("tradec.cli.diff", "diff", "Show what changed in meaning and in generated code."),
    "new": ("tradec.cli.new", "new", "Write a play to start from."),
    "fmt": ("tradec.cli.fmt", "fmt", "Rewrite plays in normal form."),
    "convert": ("tradec.cli.convert", "convert", "Write conditions as expressions or as lists."),
    "schema": (
        "tradec.cli.schema",
        "schema",
        "Write the JSON Schema by which editors check plays.",
    ),
    "completion": ("tradec.cli.completion", "completion", "Print a shell's completion script."),
    "explain": (
        "tradec.cli.explain",
        "explain",
        "Explain a diagnostic code, or a play in plain English.",
    ),
    "describe": ("tradec.cli.describe", "describe", "Describe an indicator or a structure."),
    "units": ("tradec.cli.app", "units", "Check indicators and structures of your own."),
    "play": ("tradec.cli.app", "play", "List plays, look into one, and steer what runs."),
    "journal": ("tradec.cli.app", "journal", "Check journals of sessions, and read them."),
    "data": ("tradec.cli.app", "data", "Import market data, and see what there is."),
    "validate": ("tradec.cli.app", "validate", "Hold what tradec says against what is so."),
    "why": ("tradec.cli.why", "why", "Show why a run did what it did at one instant."),
    "why-not": ("tradec.cli.why_not", "why_not", "Show what kept an action from firing."),
    "runs": ("tradec.cli.app", "runs", "List past runs and look into them."),
}
DATA = {
    "import": ("tradec.cli.data_import", "import_", "Import minutes from a Parquet or CSV file."),
    "sync": ("tradec.cli.data_sync", "sync", "Fetch from Bybit what the catalogue lacks."),
    "backfill": ("tradec.cli.data_series", "backfill", "Fetch the whole history of a symbol."),
    "status": ("tradec.cli.data_status", "status", "Show which minutes the catalogue holds."),
    "gaps": ("tradec.cli.data_care", "gaps", "List stretches that nobody has asked Bybit for."),
    "fix": ("tradec.cli.data_care", "fix", "Fill gaps from Bybit."),
    "heal": ("tradec.cli.data_care", "heal", "Find and mend damage and what cannot be true."),
    "verify": ("tradec.cli.data_care", "verify", "Compare minutes with Bybit's slower bars."),
    "query": ("tradec.cli.data_query", "query", "Show rows, rolled up or by SQL."),
    "export": ("tradec.cli.data_query", "export", "Write rows into a file."),
    "funding": ("tradec.cli.data_series", "funding", "Show rates of funding."),
    "oi": ("tradec.cli.data_series", "oi", "Show open interest."),
    "instruments": ("tradec.cli.data_series", "instruments", "Show a contract's filters."),
    "tiers": ("tradec.cli.data_series", "tiers", "Show a contract's risk tiers."),
    "synth": ("tradec.cli.data_synth", "synth", "Draw a synthetic market into a file."),
    "delete": ("tradec.cli.data_care", "delete", "Take rows out of the catalogue."),
}
PLAY = {
    "list": ("tradec.cli.play_list", "list_", "List the plays that an id can name."),
    "show": ("tradec.cli.play_show", "show", "Show what a play is made of."),
    "preflight": ("tradec.cli.play_preflight", "preflight", "Say whether a play can run on data."),
    "status": ("tradec.cli.play_status", "status", "Show the sessions that run."),
    "watch": ("tradec.cli.play_status", "watch", "Show one session again and again."),
    "logs": ("tradec.cli.journal", "logs", "Show what a session wrote down."),
    "stop": ("tradec.cli.play_control", "stop", "Stop a session and wait for its end."),
    "pause": ("tradec.cli.play_control", "pause", "Let a session enter nothing more."),
    "resume": ("tradec.cli.play_control", "resume", "Let a paused session enter again."),
}
JOURNAL = {
    "verify": ("tradec.cli.journal", "verify", "Check that a session's journal is whole."),
    "replay": ("tradec.cli.journal", "replay", "Rebuild the trades from a journal alone."),
}
UNITS = {
    "check": ("tradec.cli.units_check", "check", "Hold a unit's two halves to each other."),
}
VALIDATE = {
    "math": ("tradec.cli.validate_math", "math", "Compute every figure of a run anew."),
}
RUNS = {
    "list": ("tradec.cli.runs_list", "list_", "List the runs of a folder."),
    "show": ("tradec.cli.runs_show", "show", "Show the result of one run."),
    "compare": ("tradec.cli.runs_compare", "compare", "Show where two runs part."),
    "report": ("tradec.cli.runs_report", "report", "Write one run as an HTML page."),
    "plot": ("tradec.cli.runs_plot", "plot", "Draw one run as a PNG or SVG."),
    "export": ("tradec.cli.runs_export", "export", "Write a table of a run into a file."),
    "prune": ("tradec.cli.runs_prune", "prune", "Delete old runs."),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="First steps: tradec run plays/ema_cross.yml --synthetic",
)
@click.version_option(tradec.__version__, prog_name="tradec")
@global_options(hidden=False)
def tradec_() -> None:
    """Compile a play to native code and run that same machine everywhere."""


@click.group(cls=LazyGroup, lazy=DATA)
@global_options(hidden=True)
def data() -> None:
    """Import market data, and see what there is."""


@click.group(cls=LazyGroup, lazy=PLAY)
@global_options(hidden=True)
def play() -> None:
    """List plays, look into one, and steer what runs."""


@click.group(cls=LazyGroup, lazy=JOURNAL)
@global_options(hidden=True)
def journal() -> None:
    """Check journals of sessions, and read them."""


@click.group(cls=LazyGroup, lazy=UNITS)
@global_options(hidden=True)
def units() -> None:
    """Check indicators and structures of your own (docs/own-indicator.md)."""


@click.group(cls=LazyGroup, lazy=RUNS)
@global_options(hidden=True)
def runs() -> None:
    """List past runs and look into them."""


@click.group(cls=LazyGroup, lazy=VALIDATE)
@global_options(hidden=True)
def validate() -> None:
    """Hold what tradec says against what is so, by independent code."""
