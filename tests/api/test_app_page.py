"""The app beside the API."""

from dataclasses import replace
from pathlib import Path

import httpx

from tests.api.serving import UNLIMITED, Server, serving_process


def test_one_process_serves_app_and_api(tmp_path: Path) -> None:
    with serving_process(tmp_path / "log", "--app") as server:
        page = server.client.get("/app")
        assert page.status_code == 200
        assert "Bokeh" in page.text
        for link in [part.split('"')[0] for part in page.text.split('src="')[1:]]:
            assert httpx.get(httpx.URL(server.address + "/app").join(link)).status_code == 200
        created = server.create()
        assert server.post(f"/api/simulations/{created['simulation_id']}/tick")["tick"] == 0


def test_without_it_there_is_no_app(server: Server) -> None:
    assert not replace(UNLIMITED).app
    assert server.client.get("/app").status_code == 404
