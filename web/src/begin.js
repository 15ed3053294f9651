// What begins as soon as the page is parsed: Python's worker, which takes longest to start, and the document that the page will draw.
// No worker starts while the page's thread is busy, and the other scripts keep it busy: this one runs before them, and after the picture.

const begun = (() => {
  const site = JSON.parse(document.getElementById("site").textContent)
  const dark = matchMedia("(prefers-color-scheme: dark)"), still = matchMedia("(prefers-reduced-motion: reduce)")
  document.documentElement.dataset.theme = dark.matches ? "dark" : "light"

  const boot = {
    base: new URL(".", location.href).href,
    way: history.state?.way ?? "restore",      // put Python's memory back, or "build": the long way
    site,
    query: {...Object.fromEntries(new URLSearchParams(location.search)), link: location.hash},
    dark: dark.matches,
    still: still.matches,
    width: innerWidth,
    height: innerHeight,
  }

  /** The worker in which Python runs; where there can be none, an object that never answers, and `refused` says why. */
  let worker = {postMessage() {}}, refused
  const early = []
  let hear = (event) => { early.push(event) }
  try {
    if (typeof WebAssembly !== "object") throw Object.assign(new Error("This browser has no WebAssembly."), {cause: "webassembly"})
    worker = new Worker(new URL("./worker.js", document.currentScript.src), {type: "module", name: JSON.stringify(boot)})
    worker.onmessage = worker.onerror = (event) => hear(event)
  } catch (error) {
    refused = error
  }

  /** From now on `listener` hears the worker's messages and errors, those that came before it first. */
  function listen(listener) {
    hear = listener
    early.splice(0).forEach(listener)
  }

  /** The document that memory was taken with; drawn while memory is put back. */
  const opened = boot.way === "restore" ? fetch(site.document).catch(() => undefined) : undefined
  return {boot, worker, refused, listen, opened}
})()
