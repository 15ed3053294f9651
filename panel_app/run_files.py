"""A run file opened on the page: the run as it was recorded, which later changes run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payment_simulator.execution.run import Run
from payment_simulator.execution.run_file import RunFileError, read_run
from payment_simulator_core_rs import __version__

from panel_app import text_share as words
from panel_app.scenarios import Scenario
from panel_app.sharing import LinkError, Note, checked_display, config_mark
from panel_app.whatif import WhatIf

if TYPE_CHECKING:
    from panel_app.session import Session

COMPUTED_AGAIN_MOST = 200_000
"""Payments up to which it is checked whether this engine computes the same log."""


def open_run_file(session: Session, name: str, content: bytes) -> Note:
    """Show the run of a file. Raises `LinkError`, which says what is wrong with it, and leaves the session."""
    try:
        file = read_run(content)
        run = Run(file.recording(), file.config)
    except RunFileError as broken:
        raise LinkError(str(broken)) from None
    except (ValueError, KeyError, TypeError, MemoryError) as broken:
        raise LinkError(f"does not hold a run that this program can show: {broken}") from None
    session.show_run(
        Scenario(f"run-{config_mark(file.config)}", file.config, checked_display(file.display)), WhatIf(), run
    )
    made_with = file.versions.get("payment_simulator", "?")
    if len(run.payments) <= COMPUTED_AGAIN_MOST and not _same_again(run):
        return Note("warning", *words.file_of_other_engine(made_with, __version__))
    return Note("info", *words.file_opened(name, len(run.payments), run.ticks))


def _same_again(run: Run) -> bool:
    from payment_simulator import simulate

    return bool(simulate(run.config).log_hash == run.log_hash)
