"""Checkpoints: the full state of a run between two ticks, kept in the database."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any, cast

import polars as pl
from payment_simulator_core_rs import Orchestrator, SnapshotError

from payment_simulator.execution.run_file import config_hash
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.errors import DatabaseError
from payment_simulator.persistence.models import SimulationCheckpoint
from payment_simulator.persistence.queries import frame
from payment_simulator.persistence.run_tables import canonical_json, now
from payment_simulator.persistence.stored_run import StoredRun

TYPES = ("manual", "auto", "end_of_day", "final")
_ABOUT = "* EXCLUDE (state_json, config_json)"


def known_type(name: str) -> str:
    """The type of a checkpoint that is called so; `eod` is short for end_of_day. Raises ValueError for no type."""
    kind = "end_of_day" if name == "eod" else name
    if kind not in TYPES:
        raise ValueError(f"type: got {name!r}; write one of {', '.join(TYPES)}")
    return kind


class CheckpointManager:
    """Saves, finds, restores and deletes checkpoints of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save(
        self,
        engine: Orchestrator,
        simulation_id: str,
        *,
        checkpoint_type: str = "manual",
        description: str | None = None,
        created_by: str = "user",
    ) -> str:
        """Keep the state of an engine; returns the checkpoint's id. Raises ValueError for no id and an unknown type."""
        checkpoint_type = known_type(checkpoint_type)
        if not simulation_id:
            raise ValueError("simulation_id: is empty; name a simulation")
        state, config, tick = engine.save_json(), engine.config, engine.current_tick
        row = SimulationCheckpoint(
            checkpoint_id=str(uuid.uuid4()),
            simulation_id=simulation_id,
            checkpoint_tick=tick,
            checkpoint_day=tick // config["ticks_per_day"],
            checkpoint_timestamp=now(),
            state_json=state,
            state_hash=hashlib.sha256(state.encode()).hexdigest(),
            config_json=canonical_json(config),
            config_hash=config_hash(config),
            checkpoint_type=cast(Any, checkpoint_type),
            description=description,
            created_by=created_by,
            num_agents=len(config["agents"]),
            num_transactions=engine.totals()["total_arrivals"],
            total_size_bytes=len(state.encode()),
        ).model_dump()
        places = ", ".join("?" * len(row))
        with self.database.transaction() as connection:
            connection.execute(
                f"INSERT INTO simulation_checkpoints ({', '.join(row)}) VALUES ({places})", list(row.values())
            )
        return str(row["checkpoint_id"])

    def save_from_database(self, simulation_id: str | None, tick: int | None = None, **about: Any) -> str:
        """Keep the state of a stored run before tick `tick`; absent: after the last tick that is stored.

        The run is run again up to there, which by determinism gives the same state; its log is compared with the stored
        one. Raises `DatabaseError` for a tick that is not stored, and for a run that was changed by commands.
        """
        stored = StoredRun(self.database, simulation_id)
        tick = stored.ticks if tick is None else tick
        if not 0 <= tick <= stored.ticks:
            raise DatabaseError(
                f"{self.database.path}: simulation {stored.simulation_id!r} has {stored.ticks} ticks; write 0 to"
                f" {stored.ticks}, not {tick}"
            )
        engine = Orchestrator(stored.config())
        engine.run(tick)
        if not stored.log().startswith(engine.canonical_log()):
            raise DatabaseError(
                f"{self.database.path}: simulation {stored.simulation_id!r} cannot be run again to tick {tick}: it was"
                " given commands while it ran, or another version of the engine wrote it; save it from a state file"
            )
        return self.save(engine, stored.simulation_id, **about)

    def load(self, checkpoint_id: str, config: Mapping[str, Any] | None = None) -> tuple[Orchestrator, dict[str, Any]]:
        """The engine as it was, and what is noted about the checkpoint.

        Raises `DatabaseError` for an unknown id, a state that does not have its hash, and one of another `config`.
        """
        rows = frame(
            self.database.connection, "SELECT * FROM simulation_checkpoints WHERE checkpoint_id = ?", [checkpoint_id]
        ).to_dicts()
        where = f"{self.database.path}: checkpoint {checkpoint_id}"
        if not rows:
            raise DatabaseError(f"{where} is not there; 'payment-sim checkpoint list' tells which are")
        [row] = rows
        if hashlib.sha256(row["state_json"].encode()).hexdigest() != row["state_hash"]:
            raise DatabaseError(
                f"{where} is damaged: its state does not have the hash that was noted; take another one"
            )
        try:
            engine = Orchestrator.load_json(row["state_json"])
        except SnapshotError as error:
            raise DatabaseError(f"{where} cannot be restored: {error}") from None
        if config_hash(engine.config) != row["config_hash"]:
            raise DatabaseError(
                f"{where} is damaged: its scenario does not have the hash that was noted; take another one"
            )
        if config is not None and config_hash(Orchestrator(config).config) != row["config_hash"]:
            raise DatabaseError(f"{where} is of another scenario; load it without --config, or name its own")
        return engine, {key: value for key, value in row.items() if key not in ("state_json", "config_json")}

    def get(self, checkpoint_id: str) -> dict[str, Any] | None:
        """What is noted about a checkpoint, without its state; None if there is none."""
        statement = f"SELECT {_ABOUT} FROM simulation_checkpoints WHERE checkpoint_id = ?"
        rows = frame(self.database.connection, statement, [checkpoint_id]).to_dicts()
        return rows[0] if rows else None

    def list(
        self, simulation_id: str | None = None, checkpoint_type: str | None = None, limit: int | None = None
    ) -> pl.DataFrame:
        """What is noted about checkpoints, by ascending tick. Raises ValueError for an unknown type."""
        statement = (
            f"SELECT {_ABOUT} FROM simulation_checkpoints WHERE ($id IS NULL OR simulation_id = $id)"
            " AND ($type IS NULL OR checkpoint_type = $type)"
            " ORDER BY checkpoint_tick, checkpoint_timestamp, checkpoint_id LIMIT $limit"
        )
        kind = None if checkpoint_type is None else known_type(checkpoint_type)
        parameters = {"id": simulation_id, "type": kind, "limit": limit}
        return frame(self.database.connection, statement, parameters)

    def latest(self, simulation_id: str) -> dict[str, Any] | None:
        """The checkpoint of the highest tick, the newest of them; None if there is none."""
        rows = self.list(simulation_id).tail(1).to_dicts()
        return rows[0] if rows else None

    def delete(self, checkpoint_id: str) -> bool:
        """Whether there was such a checkpoint; it is gone."""
        if self.get(checkpoint_id) is None:
            return False
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM simulation_checkpoints WHERE checkpoint_id = ?", [checkpoint_id])
        return True
