"""The figures of docs/performance.md, measured: JSON on stdout, name to {value, unit, ratio?}; the rest on stderr.

Cold: an empty profile. Second: the service worker in control and one visit made. Transfer: bytes until interactive,
without parts loaded later, from a server that compresses with brotli. Memory: WebAssembly and the JavaScript heaps
of page and worker, after collection. Times are medians; a crowded machine makes all of them worse.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from payment_simulator import simulate
from playwright.sync_api import Browser, CDPSession

from panel_app.session import SPEEDS
from tests import bench_engine, bench_server, bench_storage, bench_what_if, engine_cases
from tests.bench_engine import Figures
from tests.large_run import engine_input
from tests.visit import ARGUMENTS, CHROMIUM, Visit, chromium, serving
from web.serve import Server

STARTS = 5
RUNS = 9
PLAYS, PLAY_SECONDS = 3, 3.5
BROWSER_PAYMENTS = 200_000
LATER = ("tables.wasm", "library.bin", "interface.bin", "validation.bin")
"""Loaded after the page is interactive."""

COUNT_FRAMES = """
() => {
  const {renderers} = Bokeh.documents[0].get_model_by_name("network")
  const {data_source} = renderers.find(renderer => renderer.data_source.name === "flows")
  let changed = false
  window.drawn = []
  data_source.change.connect(() => { changed = true })
  data_source.patching.connect(() => { changed = true })
  const frame = now => {
    if (changed) drawn.push(now)
    changed = false
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}
"""
"""Notes the animation frames in which the flows on show had changed."""

RUN_IN_WORKER = """
import json, time
from payment_simulator import simulate
config, times = json.loads(config), []
for _ in range(runs):
    began = time.perf_counter()
    simulate(config)
    times.append(time.perf_counter() - began)
times
"""

RUN_ENGINE = """
import json, time
from payment_simulator_core_rs import Orchestrator
run = Orchestrator(json.loads(config))
began = time.perf_counter()
run.run(run.total_ticks)
seconds = time.perf_counter() - began
"""


def main() -> None:
    """Measure everything and print it, or the parts that are named."""
    parts = sys.argv[1:] or list(PARTS)
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        sys.exit(f"no such part: {', '.join(unknown)}; write some of {', '.join(PARTS)}")
    say(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    figures: Figures = {}
    for part in parts:
        say(part)
        figures |= PARTS[part]()
    print(json.dumps(figures, indent=2))


def site() -> Figures:
    """The built site in a browser."""
    figures: Figures = {}
    with serving() as server, chromium() as browser:
        for measure in (starts, transfer, memory, payments, engine_in_browser, frames, bench_what_if.what_if):
            say(measure.__name__)
            figures |= measure(browser, server)
    return figures


PARTS: dict[str, Callable[[], Figures]] = {
    "engine": bench_engine.engine,
    "server": bench_server.figures,
    "storage": bench_storage.figures,
    "site": site,
}
"""Each can be measured alone."""


def starts(browser: Browser, server: Server) -> Figures:
    """From navigation to interactive: in an empty profile, then in the same one, the browser closed in between, and
    last without the network."""
    times: dict[str, list[float]] = {"cold_start": [], "second_start": [], "third_start": [], "offline_start": []}
    first_picture: list[float] = []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as profile:
            for name, measured in times.items():
                context = browser.browser_type.launch_persistent_context(
                    profile, executable_path=CHROMIUM, args=list(ARGUMENTS), viewport={"width": 1280, "height": 720}
                )
                visit = Visit(context, server.address)
                if name == "offline_start":
                    context.set_offline(True)
                visit.open()
                measured.append(ready_seconds(visit))
                if name == "cold_start":
                    first_picture.append(painted_seconds(visit))
                visit.wait_for("offline")
                context.close()
        say("  " + ", ".join(f"{name} {measured[-1]:.2f} s" for name, measured in times.items()))
    return {name: seconds(measured) for name, measured in times.items()} | {"first_picture": seconds(first_picture)}


def transfer(browser: Browser, server: Server) -> Figures:
    """What the server sends until the page is interactive."""
    server.sent.clear()
    context = browser.new_context(service_workers="block")
    Visit(context, server.address).open()
    sent = {path: size for path, size in server.sent.items() if not path.endswith(LATER)}
    context.close()
    for path, size in sorted(sent.items(), key=lambda item: -item[1])[:8]:
        say(f"  {size:>9,} {path}")
    return {"transfer": {"value": round(sum(sent.values()) / 1e6, 2), "unit": "MB"}}


def memory(browser: Browser, server: Server) -> Figures:
    """After a start and the parts loaded later, garbage collected."""
    context = browser.new_context(service_workers="block")
    visit = Visit(context, server.address).open()
    while not visit.python("import importlib.util; importlib.util.find_spec('pydantic') is not None"):
        time.sleep(0.1)
    visit.python("import gc; gc.collect()")
    webassembly = visit.page.workers[0].evaluate("pyodide._module.HEAP8.length")
    page = heap(context.new_cdp_session(visit.page))
    worker = heap_of_worker(context.new_cdp_session(visit.page))
    context.close()
    parts = {"memory_webassembly": webassembly, "memory_page": page, "memory_worker": worker}
    parts["memory"] = webassembly + page + worker
    return {name: {"value": round(size / 1e6, 1), "unit": "MB"} for name, size in parts.items()}


def payments(browser: Browser, server: Server) -> Figures:
    """A day of 100,000 payments among five banks, computed here and in the browser."""
    config = engine_input()
    native = [timed(lambda: simulate(config)) for _ in range(RUNS)]
    context = browser.new_context(service_workers="block")
    visit = Visit(context, server.address).open()
    (worker,) = visit.page.workers
    code = "([code, names]) => pyodide.runPython(code, {globals: pyodide.toPy(names)}).toJs()"
    times = worker.evaluate(code, [RUN_IN_WORKER, {"config": json.dumps(config), "runs": RUNS}])
    context.close()
    ratio = statistics.median(times) / statistics.median(native)
    return {
        "payments_100000_native": seconds(native),
        "payments_100000_browser": seconds(times) | {"ratio": round(ratio, 2)},
    }


def engine_in_browser(browser: Browser, server: Server) -> Figures:
    """What part of its native speed the engine has in the browser: the same cases in turn, the best of both sides."""
    context = browser.new_context(service_workers="block")
    visit = Visit(context, server.address).open()
    (worker,) = visit.page.workers
    code = "([code, names]) => pyodide.runPython(code, {globals: pyodide.toPy(names)})"
    figures: Figures = {}
    for case in (engine_cases.ample, engine_cases.scarce):
        config = json.dumps(case(BROWSER_PAYMENTS))
        here: list[float] = []
        there: list[float] = []
        for _ in range(RUNS):
            names: dict[str, Any] = {"config": config}
            exec(RUN_ENGINE, names)  # the same lines on both sides
            here.append(names["seconds"])
            there.append(worker.evaluate(code, [RUN_ENGINE + "seconds", {"config": config}]))
        figures[f"engine_{case.__name__}_browser"] = {
            "value": round(BROWSER_PAYMENTS / min(there), -3),
            "unit": "payments/s",
            "ratio": round(min(here) / min(there), 2),
        }
    context.close()
    return figures


def frames(browser: Browser, server: Server) -> Figures:
    """Pictures of the network a second while fifty banks play at the highest speed, all flows of the day on show."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, service_workers="block")
    visit = Visit(context, server.address).open("?scenario=fifty_bank_day")
    visit.page.keyboard.press("3")
    for _ in SPEEDS:
        visit.page.keyboard.press("+")
    visit.page.evaluate(COUNT_FRAMES)
    rates: list[float] = []
    for _ in range(PLAYS):
        visit.press("Home")
        visit.page.evaluate("drawn.length = 0")
        visit.page.keyboard.press(" ")
        visit.page.wait_for_timeout(PLAY_SECONDS * 1000)  # nothing is asked meanwhile: an answer takes time too
        drawn = visit.page.evaluate("drawn")
        visit.page.keyboard.press(" ")
        rates.append((len(drawn) - 1) / (drawn[-1] - drawn[0]) * 1000)
    flows = max(len(column) for column in visit.columns("flows").values())
    context.close()
    return {
        "frames_50_banks": {"value": round(statistics.median(rates), 1), "unit": "1/s"},
        "flows_50_banks": {"value": flows, "unit": "flows"},
    }


def ready_seconds(visit: Visit) -> float:
    """When the page became interactive, since its navigation began."""
    return float(visit.page.evaluate("performance.getEntriesByName('ready')[0].startTime")) / 1000


def painted_seconds(visit: Visit) -> float:
    """When the picture of a finished run was painted, since navigation began."""
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    return float(visit.page.evaluate(paint)) / 1000


def heap(session: CDPSession) -> int:
    """Bytes of the page's JavaScript heap and of its buffers, after collection."""
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    return int(usage["usedSize"] + usage.get("backingStorageSize", 0))


def heap_of_worker(session: CDPSession) -> int:
    """The worker's JavaScript heap, without its buffers: they are the WebAssembly memory, which is counted apart."""
    attached: list[str] = []
    answers: dict[int, dict[str, Any]] = {}
    session.on("Target.attachedToTarget", lambda event: attached.append(event["sessionId"]))
    session.on("Target.receivedMessageFromTarget", lambda event: receive(answers, event["message"]))
    session.send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False})
    methods = ("HeapProfiler.enable", "HeapProfiler.collectGarbage", "Runtime.getHeapUsage")
    for number, method in enumerate(methods, start=1):
        message = json.dumps({"id": number, "method": method})
        session.send("Target.sendMessageToTarget", {"sessionId": attached[0], "message": message})
        while number not in answers:
            session.send("Runtime.evaluate", {"expression": "1"})  # lets events arrive
    return int(answers[len(methods)]["usedSize"])


def receive(answers: dict[int, dict[str, Any]], message: str) -> None:
    """Keep the result of an answer."""
    answer = json.loads(message)
    if "id" in answer:
        answers[answer["id"]] = answer.get("result", {})


def timed(action: Callable[[], object]) -> float:
    """How many seconds it takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def seconds(values: list[float]) -> dict[str, Any]:
    """The median, as a figure."""
    return {"value": round(statistics.median(values), 4), "unit": "s"}


def say(text: str) -> None:
    """To people."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
