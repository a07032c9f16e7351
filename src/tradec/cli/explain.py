"""`tradec explain`: what a diagnostic code means."""

import click

from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.suggest import did_you_mean


@command("explain", example="tradec explain E402\ntradec explain")
@click.argument("code", required=False)
def explain(code: str | None) -> Outcome:
    """Explain a diagnostic CODE with a wrong and a right example; list all codes without one."""
    from tradec.dsl import codes

    if code is None:
        titles = {name: entry.title for name, entry in codes.CODES.items()}
        lines = "\n".join(f"{name}  {title}" for name, title in titles.items())
        return Outcome(data={"codes": titles}, message=f"{len(titles)} codes", text=lambda: lines)
    found = codes.CODES.get(code.upper())
    if found is None:
        helps = did_you_mean(code.upper(), codes.CODES)
        raise CommandError(
            f"there is no code `{code}`",
            code="UNKNOWN_CODE",
            helps=helps or ("`tradec explain` lists every code",),
        )
    return Outcome(
        data={
            "code": found.code,
            "title": found.title,
            "meaning": found.meaning,
            "explain": found.explain.strip(),
            "wrong": found.wrong.strip("\n"),
            "right": found.right.strip("\n"),
        },
        message=f"{found.code}: {found.title}",
        text=lambda: codes.explain(found.code),
    )
