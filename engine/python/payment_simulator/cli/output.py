"""What a run or a replay writes, and the playing of its frames: the part that both share."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from payment_simulator.cli.console import on_terminal, say
from payment_simulator.cli.exit_codes import CommandError

if TYPE_CHECKING:
    from payment_simulator.execution.event_filter import EventFilter
    from payment_simulator.execution.run import Run
    from payment_simulator.execution.runner import View
    from payment_simulator.execution.source import Source

DEFAULT_DB_PATH = Path("simulation_data.db")
DbPath = Annotated[Path, typer.Option("--db-path", help="The database file.")]
Types = Annotated[str | None, typer.Option("--filter-event-type", help="Show these events only: names with commas.")]
Agent = Annotated[str | None, typer.Option("--filter-agent", help="Show what concerns this bank only.")]
Tx = Annotated[str | None, typer.Option("--filter-tx", help="Show what names this payment only.")]
TickRange = Annotated[
    str | None, typer.Option("--filter-tick-range", help="Show these ticks only: 10-20, 10-, -20 or 10.")
]


class Mode(StrEnum):
    """What is written, and where."""

    NORMAL = "normal"
    VERBOSE = "verbose"
    STREAM = "stream"
    EVENT_STREAM = "event_stream"


@dataclass(frozen=True)
class Output:
    """How a run or a replay is shown."""

    mode: Mode
    shown: EventFilter
    quiet: bool = False
    debug: bool = False
    final: bool = False
    """Whether a stream ends with the final JSON, as every other mode does."""

    def warn(self, text: str, about: dict[str, Any]) -> None:
        """Tell what is not as it should be. The verbose text holds nothing else: then it stands in the last line."""
        if self.mode is Mode.VERBOSE:
            about.setdefault("warnings", []).append(text)
        else:
            say("warning", text, quiet=self.quiet)

    def play(self, source: Source, run: Run, about: dict[str, Any], out: BinaryIO, views: Sequence[View] = ()) -> None:
        """Lead the frames of the source to what this shows, then to `views`, and write the end to `out`.

        `run` holds their log; `about` is what the last line tells of the simulation beside its figures.
        """
        from payment_simulator.cli.final import final_json, metadata_json
        from payment_simulator.cli.views import (
            JsonLinesView,
            ProgressView,
            StreamView,
            TimedSource,
            TimingView,
            VerboseView,
        )
        from payment_simulator.execution.run import Run
        from payment_simulator.execution.runner import SimulationRunner

        for text in self.shown.shows_nothing(run.engine.agent_ids, run.engine.total_ticks):
            self.warn(text, about)
        people = sys.stderr.buffer
        shown: list[View] = []
        if self.mode is Mode.EVENT_STREAM:
            shown.append(JsonLinesView(out, run.engine, self.shown))
        elif self.mode is Mode.STREAM:
            shown.append(StreamView(out))
        elif self.mode is Mode.VERBOSE:
            shown.append(VerboseView(people, run.engine, self.shown))
        if self.debug and not self.quiet:
            source = TimedSource(source)
            shown.append(TimingView(people, source, each=self.mode is Mode.VERBOSE))
        if on_terminal() and not self.quiet and self.mode is not Mode.VERBOSE:
            shown.append(ProgressView())
        started = time.perf_counter()
        SimulationRunner(source, [*shown, *views]).run()
        seconds = time.perf_counter() - started
        ended = Run(run.engine, run.config)
        if self.mode is Mode.EVENT_STREAM:
            out.write(metadata_json(ended, about, seconds).encode() + b"\n")
        elif self.mode is not Mode.STREAM or self.final:
            out.write(final_json(ended, about, seconds, marked=self.final).encode() + b"\n")
        out.flush()


def chosen_mode(mode: Mode | None, flags: dict[Mode, bool]) -> Mode:
    """The one mode that is asked for, by `--mode` or by flags. Raises `CommandError` for more than one."""
    spelling = {Mode.NORMAL: "--mode normal", Mode.VERBOSE: "--verbose", Mode.STREAM: "--stream"}
    asked = dict.fromkeys([*(flag for flag, given in flags.items() if given), *([mode] if mode else [])])
    if len(asked) > 1:
        names = [spelling.get(each, "--event-stream") for each in asked]
        raise CommandError(f"{' and '.join(names)} exclude each other; keep one")
    return next(iter(asked), Mode.NORMAL)


def chosen_filter(
    mode: Mode, types: str | None, agent: str | None, tx: str | None, ticks: str | None, *, quiet: bool
) -> EventFilter:
    """The filter that is asked for. Raises `CommandError` where it has no effect, `FilterError` if it is none."""
    from payment_simulator.execution.event_filter import EventFilter

    given = any(word is not None for word in (types, agent, tx, ticks))
    if given and mode not in (Mode.VERBOSE, Mode.EVENT_STREAM):
        raise CommandError("filters choose what is shown; they need --verbose or --event-stream")
    shown = EventFilter.parse(types, agent, tx, ticks)
    for name in shown.unknown_types():
        say("warning", f"--filter-event-type: {name!r} is no event type; docs/log.md lists them", quiet=quiet)
    return shown
