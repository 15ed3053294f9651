"""`payment-sim`: the command line of the simulator.

Exit codes: 0 done; 1 the scenario or the run failed; 2 the command was used wrongly; 130 interrupted with Ctrl-C.
"""

from typing import Annotated

import typer

from payment_simulator.cli import console
from payment_simulator.cli.commands.run import run

app = typer.Typer(
    name="payment-sim",
    help="Simulate a day of payment settlement.\n\n"
    "Data goes to stdout, everything for people to stderr. "
    "Exit codes: 0 done, 1 the scenario or the run failed, 2 wrong usage, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(run)


def _version(wanted: bool) -> None:
    if wanted:
        from payment_simulator_core_rs import __version__

        typer.echo(f"payment-sim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print name and version, and leave.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        code = console.INTERRUPTED
    raise SystemExit(code)


if __name__ == "__main__":
    main()
