// Python's side of the page: starts Pyodide, unpacks the archives, and hands messages to `panel_app.browser`.
// What the page knows arrives in the worker's name, so that the address of this file is always the same and can be cached.

import {fill, restored} from "./memory.js"
import {unpack} from "./unpack.js"

const {base, site, ...boot} = JSON.parse(self.name)
const post = (message, transfer = []) => self.postMessage(message, transfer)
const network = self.fetch.bind(self)
let stage = "download"

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
hurry(...Object.keys(site.files[boot.way]).filter((path) => path !== site.document))      // that one the page asks for
self.fetch = (request, options) => {
  const url = String(request.url ?? request)
  const promise = early.get(url)
  early.delete(url)
  return promise ?? network(request, options)
}

/** What `hurry` has asked for, or it is asked for now. */
function arrived(path) {
  const promise = early.get(base + path) ?? download(path)
  early.delete(base + path)
  return promise
}

async function bytesOf(path) {
  return new Uint8Array(await (await arrived(path)).arrayBuffer())
}

async function unpacked(path) {
  unpack(self.pyodide, await bytesOf(path), site.packages)
  self.pyodide.runPython("import importlib; importlib.invalidate_caches()")
}

// Pyodide only warns, and then waits for ever, when WebAssembly cannot be had: no memory for it, or not all of it arrived.
const {instantiateStreaming} = WebAssembly
WebAssembly.instantiateStreaming = (...given) => instantiateStreaming.apply(WebAssembly, given).catch((error) => {
  setTimeout(failed, 100, error)      // a file that was cut has a better name for it
  throw error
})

// ---- start -----------------------------------------------------------------------------------------------------------------

const BEGIN = {indexURL: `${base}${site.runtime}/`, stdLibURL: base + site.library}
let browser, create, loadPyodide, began
const pythonBegan = new Promise((resolve) => { began = resolve })

async function start() {
  const scripts = ["pyodide.mjs", "pyodide.asm.mjs"].map((file) => import(`${base}${site.runtime}/${file}`))
  ;[{loadPyodide}, {default: create}] = await Promise.all(scripts)
  await (boot.way === "build" ? begin() : goOn())
}

/** Put back the memory that the site was built with, in which the page has just opened. The page draws it meanwhile. */
async function goOn() {
  const compiled = (path) => WebAssembly.compileStreaming(arrived(path))
  const memory = arrived(site.memory).then((file) => file.arrayBuffer())
  const libraries = Promise.all(Object.values(site.libraries).map(compiled))
  for (const promise of [memory, libraries]) promise.catch(() => {})      // the first that fails is told below
  const note = await (await arrived(site.note)).json()
  await Promise.all(early.values())
  try {
    const [file, ...linked] = [await memory, ...await libraries]
    enter("python")
    early.set(BEGIN.stdLibURL, Promise.resolve(new Response()))
    self.pyodide = await loadPyodide({...BEGIN, ...restored(note, linked, create, named, (words) => fill(words, file))})
    browser = self.pyodide.pyimport("panel_app.browser")
  } catch (error) {
    if (error instanceof Missing) throw error
    await new Promise((resolve) => setTimeout(resolve, 100))      // a file that was cut has a better name for it
    console.info(`Python's memory does not fit here: ${error}`)
    return hasFailed || post({type: "again"})
  }
  enter("interface")
  await unpacked(site.own)
  enter("day")
  browser.resume(JSON.stringify(boot))
  began()
  post({type: "resumed"})
}

/** Import and build everything, where memory does not fit. */
async function begin() {
  await Promise.all(early.values())
  enter("python")
  self.pyodide = await loadPyodide({...BEGIN, env: {PANEL_CDN_ROOT: `${site.static}/panel/`, HOME: "/home/pyodide"}})
  enter("interface")
  await unpacked(site.interface)
  await unpacked(site.own)
  await unpacked(site.loaded)
  for (const [path, file] of Object.entries(site.libraries)) self.pyodide.FS.writeFile(path, await bytesOf(file))
  browser = self.pyodide.pyimport("panel_app.browser")
  browser.load()
  enter("day")
  const document = browser.start(JSON.stringify(boot))
  browser.connect(bridge)
  began()
  post({type: "built", document})
}

/** Nothing waits for what comes now. */
async function follow() {
  const tables = await (await arrived(site.tables)).arrayBuffer()
  fill(self.pyodide._module.HEAPU32, tables)      // asked for only now: memory that has grown meanwhile is another array
  if (boot.way === "restore") {
    self.pyodide.FS.writeFile(site.zip, await bytesOf(site.library))
    await unpacked(site.interface)
  }
  await unpacked(site.validation)
}

/** A change of the document; the bytes of its arrays travel beside the JSON. */
function toDocument(patch, arrays) {
  const buffer = arrays.toJs().slice().buffer
  post({type: "patch", patch, buffer}, [buffer])
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
  },
  shown: async () => {
    browser.receive("shown", "{}")
    await follow()
  },
  ping: () => post({type: "pong"}),
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
