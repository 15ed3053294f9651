"""The interface as a page: told from the OpenAPI document, without a script and without another server."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse

PATHS = ("/docs", "/redoc")
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#16202b}
summary{cursor:pointer;padding:.2rem 0}code,pre{font:13px/1.45 ui-monospace,monospace;background:#f5f7f9}
pre{padding:.6rem;overflow:auto}b{display:inline-block;min-width:4.5em}td,th{text-align:left;
padding:.1rem .8rem .1rem 0;vertical-align:top}"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded, from here or from elsewhere."""


def mount(app: FastAPI) -> None:
    """Serve the page where clients look for it."""

    async def page() -> HTMLResponse:
        """The interface as a page."""
        return HTMLResponse(render(app.openapi()), headers={"Content-Security-Policy": POLICY})

    for path in PATHS:
        app.add_api_route(path, page, include_in_schema=False)


def render(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    about = document["info"]
    title = html.escape(f"{about['title']} {about['version']}")
    operations = [
        _operation(method.upper(), path, operation, document)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"<h1>{title}</h1><p>{html.escape(about['description'])}</p>"
        f'<p>The same for programs: <a href="openapi.json">openapi.json</a>.</p>{"".join(operations)}</html>'
    )


def _operation(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    rows = [
        _row(parameter["name"], parameter["in"], parameter.get("description", ""))
        for parameter in operation.get("parameters", ())
    ]
    bodies = [
        ("takes", body) for body in operation.get("requestBody", {}).get("content", {}).values() if "schema" in body
    ]
    bodies += [
        (f"answers {status}", body)
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for body in answer.get("content", {}).values()
    ]
    examples = [f"<p>{words}</p><pre>{html.escape(_example(body, document))}</pre>" for words, body in bodies]
    return (
        f"<details><summary><b>{method}</b> <code>{html.escape(path)}</code></summary>"
        f"<p>{html.escape(operation.get('description', ''))}</p><table>{''.join(rows)}</table>{''.join(examples)}"
        f"<p>errors: {', '.join(status for status in operation['responses'] if not status.startswith('2'))}</p>"
        "</details>"
    )


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"


def _example(body: dict[str, Any], document: dict[str, Any]) -> str:
    given = body.get("example") or next(
        (example["value"] for example in body.get("examples", {}).values() if "value" in example), None
    )
    if isinstance(given, str):
        return given
    return json.dumps(_value(body.get("schema", {}), document) if given is None else given, indent=2)


def _value(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """Something that fits a schema: its example, or one put together from those of its parts."""
    if "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _value(found, document, depth + 1)
    for value in _given(schema):
        return value
    if depth > DEPTH_MAX:
        return None
    for choices in ("anyOf", "oneOf", "allOf"):
        if schema.get(choices):
            return _value(schema[choices][0], document, depth + 1)
    if schema.get("type") == "array":
        return [_value(schema.get("items", {}), document, depth + 1)]
    if "properties" in schema:
        return {name: _value(part, document, depth + 1) for name, part in schema["properties"].items()}
    return PLAIN.get(schema.get("type", ""), {})


def _given(schema: dict[str, Any]) -> Iterator[Any]:
    yield from schema.get("examples") or ()
    yield from (schema[name] for name in ("example", "const", "default") if schema.get(name) is not None)
    yield from schema.get("enum") or ()


DEPTH_MAX = 12
PLAIN: dict[str, Any] = {"integer": 0, "number": 0.0, "string": "", "boolean": True, "null": None}
