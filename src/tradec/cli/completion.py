"""`tradec completion`: what a shell needs to complete commands and options."""

import click

from tradec.cli.frame import command
from tradec.cli.outcome import Outcome


@command(
    "completion",
    example="""tradec completion bash >> ~/.bashrc
    tradec completion zsh >> ~/.zshrc
    tradec completion fish > ~/.config/fish/completions/tradec.fish""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> Outcome:
    """Print the script that completes commands and options in SHELL."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None, "click knows these shells"
    root = click.get_current_context().find_root().command
    script = made(root, {}, "tradec", "_TRADEC_COMPLETE").source()
    return Outcome(
        data={"shell": shell, "script": script},
        message=f"completion for {shell}",
        text=lambda: script.rstrip("\n"),
    )
