"""The built site as it will lie on a host: folders named by a hash of their content, and the few fixed names."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Site:
    """All files by path. Nothing is written before `write`."""

    files: dict[str, bytes] = field(default_factory=dict)

    def add_folder(self, name: str, files: dict[str, bytes]) -> str:
        """Add a folder under a name that changes with its content, so that it may be cached for ever; return it."""
        folder = f"{name}-{digest(files)}"
        self.files |= {f"{folder}/{path}": content for path, content in files.items()}
        return folder

    def write(self, folder: Path) -> None:
        """Replace `folder` by the site."""
        shutil.rmtree(folder, ignore_errors=True)
        for path, content in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def digest(files: dict[str, bytes]) -> str:
    """12 hex digits over names and contents."""
    whole = hashlib.sha256()
    for path, content in sorted(files.items()):
        whole.update(f"{path}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()[:12]
