"""The OpenAPI document: every operation has an example, and whatever it allows is answered as it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from payment_simulator.api.main import create_app
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.serving import UNLIMITED, Server, serving

DOCUMENT: dict[str, Any] = create_app(UNLIMITED).openapi()
OPERATIONS = [(method, path) for path, item in DOCUMENT["paths"].items() for method in item]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 15
"""Requests that are made up for each operation."""

schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, with a database: what is created here is counted nowhere else."""
    database = tmp_path_factory.mktemp("server") / "runs.db"
    with serving(replace(UNLIMITED, database=str(database)), simulations=100_000) as server:
        yield server


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_there_is_no_server_error(case: schemathesis.Case[Any], own: Server) -> None:
    """The simulation in the path exists: the others are 404, which says little."""
    if "simulation_id" in case.path_parameters:
        case.path_parameters["simulation_id"] = simulation(own)
    response = case.call(base_url=own.address, timeout=120)
    case.validate_response(response, checks=CHECKS)


def simulation(server: Server) -> str:
    """A simulation that has run some ticks; a new one if the last one was deleted."""
    living = [row for row in server.get("/simulations")["simulations"] if row["live"]]
    if living:
        return str(living[-1]["simulation_id"])
    created: str = server.create()["simulation_id"]
    server.post(f"/simulations/{created}/tick?count=20")
    return created


def test_the_document_is_served_and_every_path_has_its_prefix(server: Server) -> None:
    assert httpx.get(f"{server.address}/openapi.json").json() == DOCUMENT
    assert all(path.startswith("/api/") for _, path in OPERATIONS)
    for page in ("/docs", "/redoc"):
        found = server.client.get(page)
        assert found.status_code == 200
        assert all(f"<code>{path}</code>" in found.text for _, path in OPERATIONS)
        assert found.text.count("<details>") == len(OPERATIONS)
        # Nothing of it comes from elsewhere.
        assert "<script" not in found.text
        assert not re.search(r"(src|href)=.https?:", found.text)
        assert found.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_every_operation_has_words_and_an_example(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method]
    assert operation["description"]
    assert has_example(operation), "neither its request nor its answer has an example"


def has_example(value: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether an example stands anywhere in a part of the document, or in what it refers to."""
    if isinstance(value, list):
        return any(has_example(item, seen) for item in value)
    if not isinstance(value, dict):
        return False
    if value.get("examples") or value.get("example"):
        return True
    reference = value.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        found = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return has_example(found, seen | {reference})
    return any(
        has_example(item, seen) for key, item in value.items() if key != "4XX" and not key.startswith(("4", "5"))
    )
