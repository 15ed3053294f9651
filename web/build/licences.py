"""The notices of everything that is shipped, in one text file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

NOTICE = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.IGNORECASE)


def notices(packages: tuple[str, ...], wheels: tuple[Path, ...], own: Path, further: dict[str, str]) -> bytes:
    """`packages` of the environment, `wheels` from elsewhere, our `own` licence, and `further` ones by name."""
    parts = [("Payment Simulator", own.read_text(encoding="utf-8"))]
    parts += list(further.items())
    parts += [part for package in packages for part in _of_package(package)]
    parts += [part for wheel in wheels for part in _of_wheel(wheel)]
    rule = "=" * 100
    return "\n".join(f"{rule}\n{name}\n{rule}\n\n{text.strip()}\n" for name, text in parts).encode()


def _of_package(package: str) -> Iterator[tuple[str, str]]:
    found = distribution(package)
    title = f"{found.metadata['Name']} {found.version}"
    texts = [
        (file.as_posix(), file) for file in found.files or [] if NOTICE.search(file.as_posix()) and file.suffix != ".py"
    ]
    for path, file in texts:
        yield f"{title}: {path}", file.read_text(encoding="utf-8")
    if not texts:
        yield title, str(found.metadata.json.get("license_expression", "see its project page"))


def _of_wheel(wheel: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            if NOTICE.search(path) and not path.endswith(".py"):
                yield f"{wheel.name}: {path}", archive.read(path).decode("utf-8", "replace")
