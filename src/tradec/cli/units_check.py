"""`tradec units check`: a unit's kernel and reference held to each other and to the SPEC."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradec.cli import completing
from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.progress import stages
from tradec.cli.settings import current
from tradec.cli.suggest import did_you_mean
from tradec.cli.units import known_units

if TYPE_CHECKING:
    from tradec.compiler.catalog import Catalog

ROUNDS = 200


@command(
    "check",
    example="tradec units check --units my_units\ntradec units check typical_range --rounds 2000",
)
@click.argument("names", metavar="[UNIT]...", nargs=-1, shell_complete=completing.units)
@click.option(
    "--rounds", type=click.IntRange(min=1), default=ROUNDS, show_default=True, help="Series each."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random series.")
def check(names: tuple[str, ...], rounds: int, seed: int) -> Outcome:
    """Check each UNIT, or all of your own: its two halves agree, and its SPEC is true.

    The kernel and the Python reference run on random series (flat stretches, jumps, holes, prices
    of 1e-8 and of 1e5) and must agree in every bit; the state must survive a restart; no output
    may know the future; ranges, relations, first values and memory must be what the SPEC says.
    """
    catalog = known_units()
    names = names or tuple(unit.name for unit in catalog.own())
    _require_known(names, catalog)
    faults = _faults(names, catalog, rounds, seed)
    lines = [f"{name}: {fault or f'sound, {rounds} rounds'}" for name, fault in faults.items()]
    wrong = [name for name, fault in faults.items() if fault]
    message = f"{len(wrong)} of {len(names)} units at fault" if wrong else _sound(len(names))
    return Outcome(
        data={"units": {n: {"fault": f or None} for n, f in faults.items()}, "rounds": rounds},
        message=message,
        text=lambda: "\n".join([*lines, message]),
        status="fail" if wrong else "ok",
        exit_code=Exit.FAILED if wrong else Exit.OK,
    )


def _require_known(names: tuple[str, ...], catalog: "Catalog") -> None:
    if not names:
        raise CommandError(
            "there is no unit of yours to check",
            helps=("name a folder with --units DIR, or in tradec.toml: units = ['DIR']",),
        )
    known = [unit.name for unit in catalog.units]
    for name in names:
        if name not in known:
            helps = did_you_mean(name, known) or ("`tradec describe` lists every unit",)
            raise CommandError(f"there is no unit `{name}`", code="UNKNOWN_UNIT", helps=helps)


def _faults(names: tuple[str, ...], catalog: "Catalog", rounds: int, seed: int) -> dict[str, str]:
    from tradec.compiler.artifact import default_build_dir
    from tradec.compiler.unit_chain import UnitChain
    from tradec.compiler.unit_check import check as fault_of
    from tradec.compiler.unit_native import build_units
    from tradec.compiler.unit_rules import require_sound
    from tradec.compiler.unit_stamp import stamp

    require_sound(catalog)
    found, folder = {}, Path(default_build_dir())
    with stages(current()) as show:
        for name in names:
            show(f"{name}: building")
            unit = UnitChain(name, catalog)
            module = build_units([unit], catalog, folder)
            show(f"{name}: {rounds} rounds")
            found[name] = fault_of(unit, module, rounds, seed)
            if not found[name] and catalog.unit(name).is_own:
                stamp(catalog.unit(name), folder, f"{rounds} rounds, seed {seed}")
    return found


def _sound(count: int) -> str:
    return f"{count} unit{'' if count == 1 else 's'} checked, no fault"
