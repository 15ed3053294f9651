"""What is in the way has a name, a worker that dies is noticed, and versions of the site never mix."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Visits
from tests.visit import SITE, START_MS, Visit, serving
from web.build.site import digest
from web.serve import Server

NO_WEBASSEMBLY = "delete window.WebAssembly"
NO_WORKER = "window.Worker = class { constructor() { throw new DOMException('not here', 'SecurityError') } }"
NO_MEMORY = (
    "WebAssembly.instantiateStreaming = async () => {"
    " throw new RangeError('WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance') };"
)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (NO_WEBASSEMBLY, "The simulator needs WebAssembly"),
        (NO_WORKER, "An extension or a rule of this network forbids it"),
    ],
)
def test_what_the_browser_lacks_is_named(newcomers: Visits, script: str, said: str) -> None:
    visit = newcomers()
    visit.page.add_init_script(script)
    visit.page.goto(visit.address)
    visit.page.wait_for_selector("#failed:visible", timeout=START_MS)
    assert said in visit.page.inner_text("#failed")
    assert visit.page.locator("#picture svg").first.is_visible()


def test_a_lack_of_memory_is_named(newcomers: Visits) -> None:
    visit = newcomers()
    visit.may_complain = True

    def answer(route: Route) -> None:
        response = route.fetch()
        # After the imports, which must come first, and before the worker keeps the original.
        route.fulfill(response=response, body=response.text().replace("// ---- files", f"{NO_MEMORY}\n//", 1))

    visit.page.context.route("**/worker.js", answer)
    visit.page.goto(visit.address)
    visit.page.wait_for_selector("#failed:visible", timeout=START_MS)
    assert "Close other tabs" in visit.page.inner_text("#failed")
    assert visit.complaints


@pytest.mark.parametrize("file", ["own.bin", "_core.wasm", "pyodide.asm.wasm"])
def test_a_file_that_was_cut_is_named(newcomers: Visits, file: str) -> None:
    visit = newcomers()
    visit.may_complain = True

    def answer(route: Route) -> None:
        body = route.fetch().body()
        route.fulfill(body=body[: len(body) // 2], content_type="application/wasm" if file.endswith("wasm") else None)

    visit.page.context.route(f"**/{file}", answer)
    visit.page.goto(visit.address)
    visit.page.wait_for_selector("#failed:visible", timeout=START_MS)
    assert f"The file {file} arrived only in part." in visit.page.inner_text("#failed")
    assert "The connection was cut" in visit.page.inner_text("#failed")


def test_a_worker_that_hangs_is_noticed_and_the_scenario_stays(visits: Visits) -> None:
    visit = visits().open("?scenario=gridlock_ring&seed=11")
    log_hash = visit.attribute("logHash")
    visit.page.workers[0].evaluate("() => { setTimeout(() => pyodide.runPython('while True: pass')) }")
    visit.page.wait_for_selector("#stopped:visible", timeout=START_MS)
    visit.page.get_by_role("button", name="Start again with this scenario").click()
    visit.page.wait_for_selector("#stopped", state="hidden", timeout=START_MS)
    visit.wait_until_ready()
    assert visit.attribute("scenario") == "gridlock_ring"
    assert visit.attribute("logHash") == log_hash


def test_a_page_that_waits_for_a_long_run_is_not_disturbed(started: Visit) -> None:
    started.python("import time; time.sleep(3)")
    assert not started.page.locator("#stopped").is_visible()


def next_version(folder: Path) -> Path:
    """The site as it will be after a change of one of its scripts."""
    site = folder / "site"
    shutil.copytree(SITE, site)
    (app,) = site.glob("app-*")
    with (app / "main.js").open("a", encoding="utf-8") as script:
        script.write("document.documentElement.dataset.version = 'second'\n")
    renamed = f"app-{digest({path.name: path.read_bytes() for path in app.iterdir()})}"
    for name in ("index.html", "offline.js"):
        text = (site / name).read_text(encoding="utf-8")
        (site / name).write_text(text.replace(app.name, renamed), encoding="utf-8")
    worker = site / "offline.js"
    version = worker.read_text(encoding="utf-8").split('"payment-simulator-')[1].split('"')[0]
    worker.write_text(worker.read_text(encoding="utf-8").replace(version, "second"), encoding="utf-8")
    app.rename(site / renamed)
    return site


def test_versions_never_mix(newcomers: Visits, tmp_path: Path) -> None:
    second = Server(next_version(tmp_path))
    second.server_close()
    with serving() as server:
        visit = newcomers(server.address)
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        visit.open().wait_for("offline")
        server.files = second.files

        asked.clear()
        visit.page.reload()
        visit.wait_until_ready()  # the first version, whole, while the second is fetched beside it
        assert visit.attribute("version") == ""
        own = {url.split("/app-")[1].split("/")[0] for url in asked if "/app-" in url}
        waiting = "async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)"
        visit.page.wait_for_function(waiting, timeout=START_MS)
        visit.page.goto("about:blank")  # nobody looks at the first version any more
        visit.page.wait_for_timeout(500)

        asked.clear()
        visit.open()
        assert visit.attribute("version") == "second"
        now = {url.split("/app-")[1].split("/")[0] for url in asked if "/app-" in url}
        assert len(now) == 1
        assert not own & now
        kept = "async () => (await caches.keys()).filter(name => name.startsWith('payment-simulator-'))"
        assert json.dumps(visit.page.evaluate(kept)) == '["payment-simulator-second"]'
        visit.page.context.close()
