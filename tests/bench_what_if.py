"""How long a slider of the what-if panel takes in the built site: until the new picture, and until all is at rest.

The picture is the sentence, the figures, the network and the strip; tables, charts out of sight and the log's hash
may follow. Time begins with the input event of the slider and ends with the frame in which the last of them is painted.
"""

from __future__ import annotations

import statistics

from playwright.sync_api import Browser

from tests.bench_engine import Figures
from tests.visit import Visit
from web.serve import Server

SLIDES = 15
SCENARIO = "fifty_bank_day"
"""10,117 payments among fifty banks."""

WATCH_SLIDER = """
() => {
  const bokeh = Bokeh.documents[0]
  window.slides = []
  let now = null
  let inFrame = false
  const later = done => {
    const {port1, port2} = new MessageChannel()
    port1.onmessage = done
    port2.postMessage(null)
  }
  const frame = () => {
    inFrame = true
    later(() => { inFrame = false })
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  // After the frame that shows what is painted now: the one being made, or the next.
  const shown = done => (inFrame ? later(done) : requestAnimationFrame(() => later(done)))
  addEventListener("input", ({timeStamp}) => {
    slides.push(now = {began: timeStamp, changed: new Set(), missing: new Set(["caption", "network", "strip"])})
  }, true)
  const changed = (part, {change}) => change.connect(() => now?.changed.add(part))
  const painted = part => {
    const mine = now
    if (!mine?.changed.has(part) || !mine.missing.delete(part) || mine.missing.size) return
    shown(() => { mine.picture = performance.now() - mine.began })
  }
  const source = (figure, name) =>
    bokeh.get_model_by_name(figure).renderers.map(({data_source}) => data_source).find(source => source.name === name)
  changed("network", source("network", "flows"))
  changed("strip", source("strip", "strip bars"))
  bokeh.get_model_by_name("caption part").properties.text.change.connect(() => {
    now?.changed.add("caption")
    requestAnimationFrame(() => painted("caption"))
  })
  const figure = Bokeh.Models.get("Figure").prototype.default_view.prototype, {paint} = figure
  figure.paint = function () {
    paint.call(this)
    painted(this.model.name)
  }
  new MutationObserver(() => {
    const mine = now
    if (!mine || mine.hashed || !document.documentElement.dataset.logHash || mine.changed.size < 3) return
    mine.hashed = true
    requestAnimationFrame(() => later(() => { mine.rest = performance.now() - mine.began }))
  }).observe(document.documentElement, {attributeFilter: ["data-log-hash"]})
}
"""


def what_if(browser: Browser, server: Server) -> Figures:
    """One step of the slider of all opening balances at a time, the next when the page is at rest; medians."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, service_workers="block")
    visit = Visit(context, server.address).open(f"?scenario={SCENARIO}")
    visit.page.evaluate(WATCH_SLIDER)
    visit.page.locator('input[data-do="balance-factor"]').focus()
    for _ in range(SLIDES):
        visit.page.keyboard.press("ArrowRight")
        visit.page.wait_for_function("() => slides.at(-1)?.rest && slides.at(-1)?.picture")
        visit.page.wait_for_timeout(200)
    slides = visit.page.evaluate("slides.map(({picture, rest}) => [picture, rest])")
    context.close()
    names = ("slider_to_picture", "slider_to_rest")
    medians = (statistics.median(times) / 1000 for times in zip(*slides, strict=True))
    return {name: {"value": round(value, 4), "unit": "s"} for name, value in zip(names, medians, strict=True)}
