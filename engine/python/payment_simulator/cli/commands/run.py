"""`payment-sim run`: simulate a scenario, or go on with a state file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from payment_simulator.cli.charts import CostCharts
from payment_simulator.cli.commands.state_files import run_state
from payment_simulator.cli.exit_codes import CommandError, exit_codes
from payment_simulator.cli.interrupt import in_order
from payment_simulator.cli.output import (
    DEFAULT_DB_PATH,
    Agent,
    DbPath,
    Mode,
    Output,
    TickRange,
    Tx,
    Types,
    chosen_filter,
    chosen_mode,
)
from payment_simulator.cli.spelling import given_beside, is_given, spelled

if TYPE_CHECKING:
    from payment_simulator_core_rs import Orchestrator

    from payment_simulator.config.simulation_config import SimulationConfig
    from payment_simulator.execution.runner import View
    from payment_simulator.persistence.database import Database


def run(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="The scenario: a .yaml, .yml or .json file.", metavar="FILE")
    ] = None,
    config: Annotated[
        str | None, typer.Option("--config", "-c", help="The scenario, as an option. With --state, -c is --count.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", "-s", min=0, max=2**64 - 1, help="Use this seed, not that of the scenario.")
    ] = None,
    ticks: Annotated[
        int | None, typer.Option("--ticks", "-t", min=1, help="Stop after so many ticks; days keep their length.")
    ] = None,
    mode: Annotated[Mode | None, typer.Option("--mode", help="What is written; the flags below say the same.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Every tick as text on stderr.")] = False,
    stream: Annotated[bool, typer.Option("--stream", help="A JSON line a tick.")] = False,
    event_stream: Annotated[bool, typer.Option("--event-stream", help="A JSON line an event.")] = False,
    final: Annotated[
        bool, typer.Option("--final", help="With --stream: end with the final JSON, marked with _final.")
    ] = False,
    filter_event_type: Types = None,
    filter_agent: Agent = None,
    filter_tx: Tx = None,
    filter_tick_range: TickRange = None,
    persist: Annotated[
        bool, typer.Option("--persist", "-p", help="Write the run into a database as it goes on.")
    ] = False,
    full_replay: Annotated[
        bool, typer.Option("--full-replay", help="Store banks, queues and decisions of every tick too.")
    ] = False,
    db_path: DbPath = DEFAULT_DB_PATH,
    simulation_id: Annotated[
        str | None, typer.Option("--simulation-id", help="The run's name in the database; one is drawn when absent.")
    ] = None,
    cost_chart: Annotated[
        str | None,
        typer.Option(
            "--cost-chart",
            metavar="P[:A]",
            help="Persist, and draw what each tick cost and what it had cost by then: examples/charts/SCENARIO_*.png in"
            " this folder. P and A: where the axes end, in dollars; 0: where the curves do.",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Say on stderr how long ticks took.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    state: Annotated[
        Path | None, typer.Option("--state", help="Go on with this state file, and rewrite it; no scenario then.")
    ] = None,
    count: Annotated[int | None, typer.Option("--count", min=1, help="With --state: so many ticks.")] = None,
    progress: Annotated[bool, typer.Option("--progress", help="With --state: a line a tick; -p says so too.")] = False,
    output: Annotated[
        str, typer.Option("--output", "-o", help="The form of the result; json is the only one.")
    ] = "json",
) -> None:
    """Simulate a scenario and print its result as JSON on stdout.

    Exit codes: 0 done, 1 the scenario or the run failed, 2 wrong usage, 130 interrupted.
    """
    if output != "json":
        raise typer.BadParameter(f"got {output!r}; json is the only form", param_hint="--output")
    if state is not None:
        if idle := given_beside(context, WITH_STATE):
            raise typer.BadParameter(f"{', '.join(idle)}: has no effect with --state; leave it away")
        run_state(state, count if config is None else _count(config), progress=progress or persist, quiet=quiet)
        return
    if (file is None) == (config is None):
        raise typer.BadParameter("name one scenario file, either as FILE or with --config")
    if count is not None or progress:
        raise typer.BadParameter("--count and --progress go with --state", param_hint="--count")
    path = file or Path(config or "")
    with exit_codes(path):
        flags = {Mode.VERBOSE: verbose, Mode.STREAM: stream, Mode.EVENT_STREAM: event_stream}
        chosen = chosen_mode(mode, flags)
        shown = chosen_filter(chosen, filter_event_type, filter_agent, filter_tx, filter_tick_range, quiet=quiet)
        if final and chosen is not Mode.STREAM:
            raise CommandError("--final ends a stream with its result; it needs --stream")
        if full_replay and not persist:
            raise CommandError("--full-replay stores more of a run; it needs --persist")
        charts = None if cost_chart is None else CostCharts.parse(cost_chart, path)
        stored = persist or charts is not None
        store = Store(db_path, simulation_id, full_replay=full_replay) if stored else None
        idle = [spelled(context, name) for name in OF_STORE if store is None and is_given(context, name)]
        about = _simulate(path, seed, ticks, Output(chosen, shown, quiet, debug, final), store, idle)
        if charts is not None:
            charts.draw(db_path, about["simulation_id"], quiet=quiet or chosen is Mode.VERBOSE)


WITH_STATE = ("state", "count", "config", "progress", "persist", "quiet", "output")
"""The options that mean something with `--state`."""
OF_STORE = ("db_path", "simulation_id")
"""Those that mean something with `--persist`."""


def _count(text: str) -> int:
    """The number behind -c, where it means --count."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise typer.BadParameter(f"got {text!r}; with --state it is a number of ticks, at least 1", param_hint="-c")
    return int(text)


@dataclass(frozen=True)
class Store:
    """Where a run is written to."""

    path: Path
    simulation_id: str | None
    full_replay: bool

    def open(self) -> Database:
        """The database, made if it is not there; with it what is needed to write is loaded. Raises `DatabaseError`."""
        import payment_simulator.persistence.writer  # noqa: F401
        from payment_simulator.persistence.database import Database

        return Database(self.path, create=True)


def _simulate(
    path: Path, seed: int | None, ticks: int | None, output: Output, store: Store | None, idle: Sequence[str]
) -> dict[str, Any]:
    """What is told of the simulation beside its figures. `idle` options have no effect, which is warned of."""
    from payment_simulator_core_rs import Orchestrator

    from payment_simulator.config.loader import load_config
    from payment_simulator.execution.run import Run
    from payment_simulator.execution.simulate import engine_input
    from payment_simulator.execution.source import LiveSource

    config = load_config(path)
    about: dict[str, Any] = {"config_file": str(path)}
    for option in idle:
        output.warn(f"{option} has no effect: the run is not stored; add --persist", about)
    for warning in config.warnings:
        output.warn(warning.at(config.name), about)
    plain = engine_input(config, seed)
    engine = Orchestrator(plain, hashing=store is not None)
    if ticks is not None and ticks > engine.total_ticks:
        output.warn(f"--ticks {ticks}: {path} has {engine.total_ticks} ticks; they are run, and no more", about)
    source = LiveSource(engine, plain["ticks_per_day"], ticks)
    views: list[View] = []
    database = None if store is None else store.open()
    with in_order("the run is not complete"):
        if store is not None and database is not None:
            views.append(_writer(store, database, engine, config, about))
        output.play(source, Run(engine, plain), about, sys.stdout.buffer, views)
    return about


def _writer(
    store: Store, database: Database, engine: Orchestrator, config: SimulationConfig, about: dict[str, Any]
) -> View:
    """The view that stores the run; `about` is told where. Closes the database if it cannot be made."""
    from payment_simulator.persistence.writer import DatabaseWriter, new_simulation_id

    name = new_simulation_id() if store.simulation_id is None else store.simulation_id
    try:
        writer = DatabaseWriter(
            database,
            engine,
            name,
            config_file=about["config_file"],
            display=config.display,
            full_replay=store.full_replay,
        )
    except BaseException:
        database.close()
        raise
    about |= {"simulation_id": name, "database": str(store.path)}
    return writer
