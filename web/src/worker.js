// Python's side of the page: starts Pyodide, unpacks the archives, and hands messages to `panel_app.browser`.
// What the page knows arrives in the worker's name, so that the address of this file is always the same and can be cached.

import {forget, keep, kept, restored, store} from "./memory.js"

const {base, site, ...boot} = JSON.parse(self.name)
const post = (message, transfer = []) => self.postMessage(message, transfer)
const network = self.fetch.bind(self)
let browser, stage = "download"

function enter(name) {
  stage = name
  post({type: "stage", stage})
}

// ---- files -----------------------------------------------------------------------------------------------------------------

class Missing extends Error {
  constructor(file, status, cause) {
    super(`The file ${file} ${cause === "cut" ? "arrived only in part" : `did not arrive${status ? ` (HTTP ${status})` : ""}`}.`)
    Object.assign(this, {file, status, cause})
  }
}

/** One file of the site. What arrives is counted; `.bin` files are unpacked on the way. */
async function download(path) {
  const name = path.split("/").at(-1)
  const response = await network(base + path).catch(() => { throw new Missing(name) })
  if (!response.ok) throw new Missing(name, response.status)
  if (!path.endsWith(".bin")) {
    count(path, response.clone().body)      // a stream of our own would cost the browser its cache of compiled WebAssembly
    return response
  }
  const [ours, counted] = response.body.tee()
  count(path, counted)
  return new Response(ours.pipeThrough(new DecompressionStream("gzip")))
}

async function count(path, body) {
  let here = 0
  try {
    for (const reader = body.getReader(); ;) {
      const {done, value} = await reader.read()
      if (done) break
      here += value.byteLength
      post({type: "progress", file: path, share: Math.min(1, here / site.raw[path])})
    }
  } catch { /* less of it is here than there should be */ }
  if (here < site.raw[path]) failed(new Missing(path.split("/").at(-1), undefined, "cut"))
}

/** What is asked for before it is needed; Pyodide then finds its own files on the way. */
const early = new Map()
function hurry(...paths) {
  for (const path of paths) {
    const promise = download(path)
    promise.catch(() => {})
    early.set(base + path, promise)
  }
}
hurry(`${site.runtime}/pyodide.asm.wasm`)
self.fetch = (request, options) => {
  const url = String(request.url ?? request)
  const promise = early.get(url)
  early.delete(url)
  return promise ?? network(request, options)
}

/** Write an archive's files to where Python looks for packages: a line of JSON, [[path, size], ...], then their bytes one by one. */
async function unpack(path) {
  const bytes = new Uint8Array(await (await (early.get(base + path) ?? download(path))).arrayBuffer())
  early.delete(base + path)
  const {FS} = self.pyodide, folders = new Set()
  let start = bytes.indexOf(10) + 1
  for (const [name, size] of JSON.parse(new TextDecoder().decode(bytes.subarray(0, start)))) {
    const file = `${site.packages}/${name}`, folder = file.slice(0, file.lastIndexOf("/"))
    if (!folders.has(folder)) FS.mkdirTree(folder)
    folders.add(folder)
    FS.writeFile(file, bytes.subarray(start, start += size), {canOwn: true})
  }
  self.pyodide.runPython("import importlib; importlib.invalidate_caches()")
}

// Pyodide only warns, and then waits for ever, when WebAssembly cannot be had: no memory for it, or not all of it arrived.
const {instantiateStreaming} = WebAssembly
WebAssembly.instantiateStreaming = (...given) => instantiateStreaming.apply(WebAssembly, given).catch((error) => {
  setTimeout(failed, 100, error)      // a file that was cut has a better name for it
  throw error
})

// ---- start -----------------------------------------------------------------------------------------------------------------

const BEGIN = {
  indexURL: `${base}${site.runtime}/`,
  stdLibURL: base + site.library,
  env: {PANEL_CDN_ROOT: `${base}${site.static}/panel/`, HOME: "/home/pyodide"},
}
const KEEP_MS = 400, KEEP_TRIES = 20
let place, create, loadPyodide, began, continued = false
const pythonBegan = new Promise((resolve) => { began = resolve })

async function start() {
  place = await store(`${base} ${site.runtime} ${site.python} ${site.app}`).catch(() => null)
  const saved = await kept(place).catch(() => undefined)
  if (!saved) hurry(site.interface, site.library)
  ;({loadPyodide} = await import(`${base}${site.runtime}/pyodide.mjs`))
  ;({default: create} = await import(`${base}${site.runtime}/pyodide.asm.mjs`))
  await (saved ? goOn(saved) : begin())
}

/** Import and build everything. */
async function begin() {
  await Promise.all(early.values())
  enter("python")
  self.pyodide = await loadPyodide({...BEGIN, _makeSnapshot: true})      // on `self` for the browser's console and for tests
  enter("interface")
  await unpack(site.interface)
  browser = self.pyodide.pyimport("panel_app.browser")
  browser.load()
  enter("day")
  const [document, roots] = browser.start(JSON.stringify(boot)).toJs()
  browser.connect(bridge)
  began()
  post({type: "render", document, roots})
}

/** Put back what an earlier start has kept. The page draws meanwhile, and Python's files follow. */
async function goOn(saved) {
  const {document, roots} = saved.note
  post({type: "render", document, roots})
  enter("python")
  try {
    early.set(BEGIN.stdLibURL, Promise.resolve(new Response()))
    self.pyodide = await loadPyodide({...BEGIN, ...await restored(saved, create, named)})
    browser = self.pyodide.pyimport("panel_app.browser")
  } catch (error) {
    console.info(`The kept memory does not fit any more: ${error}`)
    await forget(place)
    return post({type: "again"})
  }
  continued = true
  enter("interface")
  self.pyodide.FS.writeFile(site.zip, new Uint8Array(await (await download(site.library)).arrayBuffer()))
  await unpack(site.interface)
  enter("day")
  browser.resume(JSON.stringify(boot))
  began()
  post({type: "resumed"})
}

/** Keep Python's memory for the next start, as soon as nothing is under way and if nobody has done anything yet. */
async function keepMemory() {
  for (let tries = 0; tries < KEEP_TRIES; tries++) {
    await new Promise((resolve) => setTimeout(resolve, KEEP_MS))
    const drawn = browser.keep()?.toJs()
    if (!drawn) continue
    const [document, roots] = drawn
    return keep(place, self.pyodide, named, {document, roots}).then(() => post({type: "kept"}), (error) => console.info(String(error)))
  }
}

/** A change of the document; its arrays travel beside the JSON. */
function toDocument(patch, arrays) {
  const copies = Object.entries(arrays.toJs({dict_converter: Object.fromEntries}))
  const buffers = new Map(copies.map(([id, bytes]) => [id, bytes.buffer]))
  post({type: "patch", patch, buffers}, [...buffers.values()])
}

/** A message from Python to the page; bytes travel beside the JSON. */
function toPage(name, payload, bytes) {
  if (!bytes) return post({type: "page", name, payload})
  const buffer = bytes.toJs().slice().buffer
  post({type: "page", name, payload, bytes: buffer}, [buffer])
}

/** What Python knows of this side. */
const bridge = {toDocument, toPage}, named = {bridge, ...bridge}

const handlers = {
  rendered: async () => {
    await pythonBegan
    browser.rendered(bridge)
    post({type: "ready"})
    await unpack(site.validation)
  },
  ping: () => post({type: "pong"}),
  settled: () => place && !continued && keepMemory(),
  patch: async ({patch}) => {
    await pythonBegan
    try {
      browser.patch(patch)
    } finally {
      post({type: "idle"})
    }
  },
  page: async ({name, payload, bytes}) => {
    await pythonBegan
    browser.receive(name, payload, bytes && new Uint8Array(bytes))
  },
}

self.onmessage = async ({data}) => {
  try {
    await handlers[data.type](data)
  } catch (error) {
    console.error(String(error))      // the page goes on; before it is ready, this is a failed start
    if (error.pyodide_fatal_error) post({type: "stopped", what: String(error.message ?? error)})
    if (data.type === "rendered") failed(error)
  }
}

let hasFailed = false
function failed(error) {
  if (hasFailed) return
  hasFailed = true
  const details = String(error.message ?? error).trim(), lines = details.split("\n")
  console.error(details)
  // A Python error arrives as its traceback; the line that names it says what happened.
  const what = lines.findLast((line) => /^[\w.]+(Error|Exception)\b/.test(line)) ?? lines.at(-1)
  post({type: "failed", stage, what, details, file: error.file, status: error.status, cause: error.cause})
}

start().catch(failed)
