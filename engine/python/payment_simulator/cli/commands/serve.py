"""`payment-sim serve`: the API over HTTP and WebSocket, and the app beside it."""

from pathlib import Path
from typing import Annotated

import typer

from payment_simulator.cli.console import say
from payment_simulator.cli.interrupt import in_order
from payment_simulator.cli.streams import FAILED
from payment_simulator.persistence.errors import DatabaseError


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")] = 8080,
    db_path: Annotated[
        Path | None, typer.Option("--db-path", help="Store simulations in this database.", envvar="PAYMENT_SIM_DB_PATH")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(help="Demand this token. Better in the environment than here.", envvar="PAYMENT_SIM_TOKEN"),
    ] = None,
    require_owner: Annotated[
        bool, typer.Option("--require-owner", help="Show a simulation to those alone who carry its owner token.")
    ] = False,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="A web origin whose pages may call this server; may be repeated.")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Another name under which this server answers; may be repeated.")
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(help="A limit as NAME=NUMBER, as in docs/server.md (simulations=50); may be repeated."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads that compute; one less than there are cores, at most 4.")
    ] = None,
    app: Annotated[bool, typer.Option("--app", help="Serve the app too, under /app.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log errors only.")] = False,
) -> None:
    """Serve simulations over HTTP and WebSocket until Ctrl-C. The log goes to stderr, one JSON object a line.

    On another address than 127.0.0.1 a token is needed. Exit codes: 0 stopped, 1 it cannot start, 2 wrong usage.
    """
    try:
        from payment_simulator.api.server import run, settings_of
    except ModuleNotFoundError as error:
        raise _missing(error, "server") from None
    try:
        settings = settings_of(
            host=host,
            database=None if db_path is None else str(db_path),
            token=token,
            require_owner=require_owner,
            origins=tuple(allow_origin or ()),
            hosts=tuple(allow_host or ()),
            limits=tuple(limit or ()),
            workers=workers,
            app=app,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    try:
        with in_order("the server has stopped"):
            started = run(settings, host, port, quiet=quiet)
    except ModuleNotFoundError as error:
        raise _missing(error, "server-app") from None
    except DatabaseError as error:
        say("error", str(error))
        raise typer.Exit(FAILED) from None
    if not started:
        raise typer.Exit(FAILED)


def _missing(error: ModuleNotFoundError, extra: str) -> typer.Exit:
    say("error", f"{error.name} is missing: install payment-simulator[{extra}]")
    return typer.Exit(FAILED)
