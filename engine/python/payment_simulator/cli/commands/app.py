"""`payment-sim app`: the app, from a server of this machine."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from payment_simulator.cli.console import say
from payment_simulator.cli.exit_codes import CommandError, exit_codes
from payment_simulator.cli.interrupt import in_order


def app(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    show: Annotated[bool, typer.Option("--show", help="Open the browser.")] = False,
) -> None:
    """Serve the app until Ctrl-C."""
    with exit_codes():
        if find_spec("panel") is None:
            raise CommandError("panel is missing: install payment-simulator[app]")
        found = find_spec("panel_app.native")
        if found is None or found.origin is None:
            raise CommandError("panel_app is missing: install payment-simulator[app] from its wheel")
        command = [sys.executable, "-m", "panel", "serve", str(Path(found.origin)), "--index", "native"]
        command += ["--address", host, "--port", str(port), *(["--show"] if show else [])]
        say("info", f"http://{host}:{port}/ until Ctrl-C")
        try:
            with in_order("the server has stopped"):
                ended = subprocess.run(command, stdout=sys.stderr, check=False)
        except KeyboardInterrupt:
            return
        if ended.returncode:
            raise CommandError(f"the server ended with code {ended.returncode}; what it said stands above")
