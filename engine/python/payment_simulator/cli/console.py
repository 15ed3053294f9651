"""Messages for people, on stderr."""

import sys
from typing import Literal

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


def agreed(question: str) -> bool:
    """Whether a person says yes on stdin; whoever says nothing does not. Nothing of it stands on stdout."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline() if sys.stdin else ""
    if not answer.endswith("\n"):
        sys.stderr.write("\n")
    return answer.strip().lower() in ("y", "yes")


def on_terminal() -> bool:
    """Whether a person watches stderr."""
    return sys.stderr.isatty()
