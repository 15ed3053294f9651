"""The policies that come with the program, kept in every database: rows of `policy_snapshots` that belong to no run."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb

SIMULATION_ID = "templates"
FOLDERS = [Path(__file__).parents[depth] / "scenarios" / "policies" for depth in (2, 4)]
"""Beside the installed package, and in the repository."""


def note_templates(connection: duckdb.DuckDBPyConnection) -> None:
    """Add each policy file once, and again when it has changed: day and tick 0, its name without suffix as the bank."""
    for path in sorted(path for folder in FOLDERS for path in folder.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        connection.execute(
            "INSERT OR REPLACE INTO policy_snapshots (simulation_id, agent_id, snapshot_day, snapshot_tick,"
            " policy_hash, policy_json, created_by) VALUES (?, ?, 0, 0, ?, ?, 'init')",
            [SIMULATION_ID, path.stem, hashlib.sha256(text.encode()).hexdigest(), text],
        )
