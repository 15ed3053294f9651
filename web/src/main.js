// The page: shows how far Python's worker is, draws the Bokeh document, and carries changes and messages between the two.

import {paintDirectly, paintSoon, paintWhatIsSeen} from "./bokeh.js"
import {done, enter, fail, progress} from "./loading.js"
import {alive, stopped, watch} from "./watch.js"
import "./code_editor.js"
import {attach} from "./page.js"

const {boot, worker, refused, listen, opened} = begun      // by begin.js
const {site} = boot
const root = document.documentElement
const sizes = {...site.files[boot.way], ...site.scripts}

enter("download")
for (const script of document.querySelectorAll("script[defer]")) {
  const file = script.getAttribute("src")
  script.onload = () => progress(file, 1, sizes)
  script.onerror = () => fail({what: `The file ${name(file)} did not arrive.`, file: name(file)})
}
const scripts = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve))   // after every deferred script

/** A message to Python; bytes travel beside the JSON. */
const tell = (name, {bytes, ...payload}) =>
  worker.postMessage({type: "page", name, payload: JSON.stringify(payload), bytes}, bytes ? [bytes] : [])
const early = []
let receive = (...message) => { early.push(message) }

const handlers = {
  stage: ({stage}) => enter(stage),
  progress: ({file, share}) => progress(file, share, sizes),
  failed: (failure) => fail(failure),
  page: ({name, payload, bytes}) => receive(name, {...JSON.parse(payload), ...(bytes && {bytes})}),
  built: ({document}) => render(JSON.parse(document)),
  patch: ({patch, buffer}) => (drawn ? applyPatch(patch, buffer) : earlyPatches.push([patch, buffer])),
  idle: sendQueued,
  ready: async () => {
    do await painted()      // the figures in their size
    while (busy)
    document.getElementById("live").className = ""
    document.getElementById("picture").remove()
    done()
    root.dataset.appReady = "true"
    worker.postMessage({type: "shown"})
    watch(() => worker.postMessage({type: "ping"}))
    keepForOffline()
  },
  pong: alive,
  stopped: ({what}) => stopped(what),
  resumed: () => { root.dataset.resumed = "true" },
  again: () => {      // a state of the history outlives the reload, and nobody sees it
    history.replaceState({way: "build"}, "")
    location.reload()
  },
}
listen(({type, data, message}) => {
  if (type === "message") handlers[data.type](data)
  else if (root.dataset.appReady) stopped(message ?? "")
  else fail({what: `The worker stopped: ${message || "it could not be loaded"}.`, cause: message ? undefined : "worker"})
})
if (refused) {
  const {message, cause} = refused
  fail({what: cause ? message : `The worker was not allowed to start: ${message}`, cause: cause ?? "worker"})
}

// ---- the Bokeh document ----------------------------------------------------------------------------------------------------

let live, drawn = false, patching = false, busy = false, queue = []
const earlyPatches = []      // Python may go on before the document is drawn

if (opened) drawOpened()

/** Draw what memory was taken with; meanwhile the worker puts that back. */
async function drawOpened() {
  const file = name(site.document), response = await opened
  const document = response?.ok && await response.json().catch(() => undefined)
  if (!document) return fail({what: `The file ${file} did not arrive${response ? ` (HTTP ${response.status})` : ""}.`, file, status: response?.status})
  progress(site.document, 1, sizes)
  await render(document)
}

/** Draw the document out of sight; when it has been painted it takes the place of the first picture in one step. */
async function render(json) {
  performance.mark("computed")
  await scripts
  if (!globalThis.Bokeh) return
  const stage = document.createElement("main")
  stage.id = "live"
  stage.className = "staged"
  document.getElementById("app").append(stage)
  paintDirectly()
  paintWhatIsSeen()
  paintSoon()
  receive = attach(tell, site.keys)
  for (const message of early.splice(0)) receive(...message)
  live = Bokeh.require("document").Document.from_json(json)
  live.on_change(sendChange, false)
  patching = true      // Python wants to know the sizes of figures, nothing else that drawing changes
  await Bokeh.embed.add_document_standalone(live, stage)
  patching = false
  drawn = true
  performance.mark("drawn")
  worker.postMessage({type: "rendered"})
  for (const patch of earlyPatches.splice(0)) applyPatch(...patch)
  sendQueued()
}

function painted() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
}

/** `buffer` holds the arrays of the patch one after the other, which says the name and the length of each. */
function applyPatch(patch, buffer) {
  const {events, buffers} = JSON.parse(patch)
  const arrays = new Map()
  let begin = 0
  for (const [name, length] of buffers) arrays.set(name, buffer.slice(begin, (begin += length)))
  patching = true
  try {
    live.apply_json_patch({events}, arrays)
  } finally {
    patching = false
  }
  if (!busy) sendQueued()
}

/** What a figure measures when it is drawn, and anew because a patch has laid out the page again: the only change that a patch makes on the page. */
const MEASURES = new Set(["inner_width", "inner_height"])

/** A change made on the page. While Python is busy the last value of each property waits, not every value on the way. */
function sendChange(event) {
  if (event.setter_id === "py" || (patching && !MEASURES.has(event.attr))) return
  if (event.model && event.attr) queue = queue.filter((other) => other.model !== event.model || other.attr !== event.attr)
  queue.push(event)
  if (!busy && !patching) sendQueued()
}

function sendQueued() {
  busy = queue.length > 0
  if (busy) worker.postMessage({type: "patch", patch: JSON.stringify(live.create_json_patch(queue))})
  queue = []
}

// ---- for the next start, and for no network at all -------------------------------------------------------------------------

async function keepForOffline() {
  if (!navigator.serviceWorker) return
  await navigator.serviceWorker.register("./offline.js")
  await navigator.serviceWorker.ready
  root.dataset.offline = "true"
}

function name(file) {
  return file.split("/").at(-1)
}
