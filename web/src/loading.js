// The four named stages of the start, and the screen that takes their place when one fails.

const STAGES = ["download", "python", "interface", "day"]
const NAMES = {download: "Download", python: "Start Python", interface: "Load the interface", day: "Compute the day"}
const section = document.getElementById("loading")
const failed = document.getElementById("failed")
const log = []
const arrived = new Map()
let current = "download"

const item = (stage) => section.querySelector(`[data-stage=${stage}]`)
const megabytes = (bytes) => (bytes / 1e6).toFixed(1)

/** A stage begins; those before it are done. */
export function enter(stage) {
  current = stage
  performance.mark(stage)
  log.push(`${Math.round(performance.now())} ms  ${NAMES[stage]}`)
  for (const name of STAGES.slice(0, STAGES.indexOf(stage))) finish(name)
  item(stage).dataset.state = "running"
  if (stage !== "download") item(stage).querySelector("progress").removeAttribute("value")
  document.getElementById("loading-now").textContent = NAMES[stage]
}

/** How much of a file is here, from 0 to 1. `sizes`: bytes of every file that the start needs, as they travel compressed. */
export function progress(file, share, sizes) {
  arrived.set(file, share)
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0)
  const here = Object.entries(sizes).reduce((sum, [name, size]) => sum + size * (arrived.get(name) ?? 0), 0)
  item("download").querySelector("progress").value = here / total
  item("download").querySelector("span").textContent = `${megabytes(here)} of ${megabytes(total)} MB`
}

/** The live simulator is there. */
export function done() {
  performance.mark("ready")
  STAGES.forEach(finish)
  section.hidden = true
}

/** What failed, why that is likely, and what can be done. `file` and `status` are set when a file did not arrive, `cause` when it is known. */
export function fail({stage = current, what, details = "", file, status, cause}) {
  if (!failed.hidden) return
  log.push(`${Math.round(performance.now())} ms  failed: ${what}`)
  section.hidden = true
  failed.hidden = false
  document.documentElement.dataset.appFailed = stage
  const report = [...log, details, location.href, navigator.userAgent].filter(Boolean).join("\n")
  failed.querySelector(".stage").textContent = `Stage: ${NAMES[stage].toLowerCase()}.`
  failed.querySelector(".what").textContent = what
  failed.querySelector(".why").textContent = likely({stage, what, file, status, cause})
  failed.querySelector("pre").textContent = report
  failed.querySelector(".again").onclick = () => location.reload()
  failed.querySelector(".copy").onclick = async ({target}) => {
    await navigator.clipboard.writeText(report)
    target.textContent = "Copied"
  }
}

const CAUSES = {
  webassembly: "The simulator needs WebAssembly, which is missing or switched off here. Any browser of the last two years has it.",
  worker: "Python runs beside the page, in a worker. An extension or a rule of this network forbids it. Try another browser, or switch the extension off for this page.",
  memory: "This browser gave the simulator no more memory. Close other tabs and programs, then try again.",
  cut: "The connection was cut while the file was on its way. Try again.",
}

function likely({stage, what, file, status, cause}) {
  if (cause) return CAUSES[cause]
  if (file && status === 404) return "This copy of the site is incomplete, or it is being replaced right now. Wait a moment and try again."
  if (file && status) return `Some school and company networks block files such as ${file}. Ask for this address to be allowed.`
  if (file) return "The connection was lost, or the network blocks this file. Check the connection and try again."
  if (/memory|allocat/i.test(what)) return CAUSES.memory
  if (stage === "python") return "This browser may be too old. It needs WebAssembly: any browser of the last two years has it."
  return "This is a fault in the simulator, not in what you did. The details below help to find it."
}

function finish(stage) {
  const line = item(stage)
  line.dataset.state = "done"
  line.querySelector("progress").value = 1
}
