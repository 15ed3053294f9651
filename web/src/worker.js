// Python's side of the page: starts Pyodide, unpacks the archives, and hands messages to `panel_app.browser`.
// What the page knows arrives in the worker's name, so that the address of this file is always the same and can be cached.

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
  constructor(file, status) {
    super(`The file ${file} did not arrive${status ? ` (HTTP ${status})` : ""}.`)
    Object.assign(this, {file, status})
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
  } catch { /* whoever reads the other half is told */ }
}

/** Everything starts to arrive at once; Pyodide then finds its own files on the way. */
const early = new Map(site.first.map((path) => [base + path, download(path)]))
for (const promise of early.values()) promise.catch(() => {})
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

// ---- start -----------------------------------------------------------------------------------------------------------------

async function start() {
  const {loadPyodide} = await import(`${base}${site.runtime}/pyodide.mjs`)
  await Promise.all(early.values())
  enter("python")
  self.pyodide = await loadPyodide({      // on `self` for the browser's console and for tests
    indexURL: `${base}${site.runtime}/`,
    stdLibURL: base + site.library,
    env: {PANEL_CDN_ROOT: `${base}${site.static}/panel/`, HOME: "/home/pyodide"},
  })
  enter("interface")
  await unpack(site.interface)
  browser = self.pyodide.pyimport("panel_app.browser")
  browser.load(objectOfEntries)
  enter("day")
  const [document, roots] = browser.start(toPage, JSON.stringify(boot)).toJs()
  post({type: "render", document, roots})
}

/** How a Python dict becomes an object for BokehJS, which knows null but not undefined. */
function objectOfEntries(entries) {
  return Object.fromEntries(entries.map(([key, value]) => [key, value ?? null]))
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

const handlers = {
  rendered: async () => {
    browser.rendered(toDocument)
    post({type: "ready"})
    await unpack(site.validation)
  },
  patch: ({patch}) => {
    try {
      browser.patch(patch)
    } finally {
      post({type: "idle"})
    }
  },
  page: ({name, payload, bytes}) => browser.receive(name, payload, bytes && new Uint8Array(bytes)),
}

self.onmessage = async ({data}) => {
  try {
    await handlers[data.type](data)
  } catch (error) {
    console.error(String(error))      // the page goes on; before it is ready, this is a failed start
    if (data.type === "rendered") failed(error)
  }
}

function failed(error) {
  const details = String(error.message ?? error).trim(), lines = details.split("\n")
  console.error(details)
  // A Python error arrives as its traceback; the line that names it says what happened.
  const what = lines.findLast((line) => /^[\w.]+(Error|Exception)\b/.test(line)) ?? lines.at(-1)
  post({type: "failed", stage, what, details, file: error.file, status: error.status})
}

start().catch(failed)
