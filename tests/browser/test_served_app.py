"""`payment-sim serve --app`: the page lives beside the API, over one port."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.api.serving import serving_process

FLOWS_ARE_THERE = """() => {
  const network = window.Bokeh?.documents[0]?.get_model_by_name("network")
  return network != null && network.renderers.length > 0
}"""


def test_the_app_beside_the_api_comes_alive(browser: Browser, tmp_path: Path) -> None:
    with serving_process(tmp_path / "log", "--app") as server:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{server.address}/app")
        page.wait_for_function(FLOWS_ARE_THERE, timeout=30_000)
        simulation = server.create()["simulation_id"]
        assert server.post(f"/api/simulations/{simulation}/tick")["tick"] == 0
        context.close()
