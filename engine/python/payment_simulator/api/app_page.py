"""The app beside the API: one process serves both."""

from __future__ import annotations

import warnings
from pathlib import Path

from fastapi import FastAPI

PATH = "/app"


def mount(app: FastAPI) -> None:
    """Serve the app under `/app`. Who may come in is decided before, by the middleware.

    Raises ModuleNotFoundError without Panel.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the libraries, about each other
        from panel.io.fastapi import add_applications

        import panel_app.native

    add_applications({PATH: str(Path(panel_app.native.__file__))}, app=app, websocket_origin=["*"])
