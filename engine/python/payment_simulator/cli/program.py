"""The commands of `payment-sim`, as Typer knows them."""

from typing import Annotated

import typer

from payment_simulator.cli.commands import checkpoint, db
from payment_simulator.cli.commands.app import app as open_app
from payment_simulator.cli.commands.replay import replay
from payment_simulator.cli.commands.run import run
from payment_simulator.cli.commands.run_files import export_run, import_run
from payment_simulator.cli.commands.schemas import cost_schema, policy_schema, validate_policy
from payment_simulator.cli.commands.serve import serve
from payment_simulator.cli.commands.state_files import create, state, tick

app = typer.Typer(
    name="payment-sim",
    help="Simulate a day of payment settlement.\n\n"
    "Data goes to stdout, everything for people to stderr. "
    "Exit codes: 0 done, 1 the scenario or the run failed, 2 wrong usage, 130 interrupted.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the help would load twice as much as all commands do
)
app.command()(run)
app.command()(replay)
app.command("export")(export_run)
app.command("import")(import_run)
app.add_typer(checkpoint.app, name="checkpoint")
app.add_typer(db.app, name="db")
app.command("policy-schema")(policy_schema)
app.command("validate-policy")(validate_policy)
app.command("cost-schema")(cost_schema)
app.command()(create)
app.command()(tick)
app.command()(state)
app.command("app")(open_app)
app.command()(serve)


def _version(wanted: bool) -> None:
    if wanted:
        from payment_simulator_core_rs import __version__

        typer.echo(f"payment-sim {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print name and version, and leave.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
