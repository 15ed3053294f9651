"""Files that commands write."""

import os
from pathlib import Path

from payment_simulator.cli.exit_codes import CommandError
from payment_simulator.cli.interrupt import in_order


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all. One that is there keeps its mode, and a link its place.

    What is no file, such as a pipe, is written to as it is. Raises `CommandError`.
    """
    try:
        if path.is_dir():
            raise CommandError(f"{path}: is a folder; name a file in it")
        if not path.parent.is_dir():
            raise CommandError(f"{path}: its folder does not exist; make it, or name another file")
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            with in_order(f"{path} is not written"):
                _replace(path.resolve(), content)
    except OSError as error:
        raise CommandError(f"{path}: cannot be written: {error.strerror}") from None


def _replace(file: Path, content: bytes) -> None:
    beside = file.with_name(f".{file.name[:SHOWN]}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        if file.exists():
            beside.chmod(file.stat().st_mode)
        os.replace(beside, file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


SHOWN = 40
"""So much of a name stands in that of its temporary file, so that there is room for the rest."""
