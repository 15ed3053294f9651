"""Messages for people, on stderr, and the exit codes."""

import sys
from typing import Literal

FAILED = 1
"""Configuration, simulation or file failed."""
INTERRUPTED = 130
"""Ctrl-C."""

Level = Literal["info", "success", "warning", "error"]
_COLOURS: dict[Level, str] = {"info": "blue", "success": "green", "warning": "yellow", "error": "red"}


def say(level: Level, message: str, *, quiet: bool = False) -> None:
    """Print one message with its level in front; colour on a terminal. `quiet` leaves errors only."""
    if quiet and level != "error":
        return
    from rich.console import Console
    from rich.text import Text

    line = Text.assemble((f"{level}: ", _COLOURS[level]), message)
    Console(stderr=True, soft_wrap=True, highlight=False).print(line)


def on_terminal() -> bool:
    """Whether a person watches stderr."""
    return sys.stderr.isatty()
