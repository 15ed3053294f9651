// node memory.mjs FROM TO PANEL: open the page in Pyodide, as the worker does, and take Python's memory. FROM holds `runtime`, `library.zip`
// and the archive `packages`; PANEL is where Panel's styles are. Written into TO: `memory` as it is then, `fresh` as it is before
// that is put back, and `note.json`.
import {webcrypto} from "node:crypto"
import fs from "node:fs"
import path from "node:path"
import {pathToFileURL} from "node:url"
import {restored, seen, taken} from "../src/memory.js"
import {unpack} from "../src/unpack.js"

const [from, to, panel] = process.argv.slice(2).map((given, place) => (place < 2 ? path.resolve(given) : given))
const load = (file) => import(pathToFileURL(path.join(from, "runtime", file)).href)
const {loadPyodide} = await load("pyodide.mjs")
const {default: create} = await load("pyodide.asm.mjs")
const SITE_PACKAGES = "/lib/python3.14/site-packages"
const SPARE = 64      // places in the table for functions that Pyodide makes where a browser can more than Node, such as the trampoline
const SETTLE_MS = 2000, SETTLE_TRIES = 30
const VISIT = {query: {}, dark: false, still: false, width: 1280, height: 720}
const begin = {indexURL: path.join(from, "runtime") + path.sep, stdLibURL: path.join(from, "library.zip")}
const env = {PANEL_CDN_ROOT: panel, HOME: "/home/pyodide", PYTHONHASHSEED: "0", LANG: "C.UTF-8", _: "python"}
const bridge = {toDocument() {}, toPage() {}}, named = {bridge, ...bridge}
process.on("uncaughtException", (error) => {      // Node itself would print the line, and Pyodide's has a million letters
  console.error(String(error.message ?? error))
  process.exit(1)
})
globalThis.XMLHttpRequest = class {}      // named by Panel when it is imported; in the browser it is there

process.argv.splice(1)      // Pyodide would keep the name of this program
globalThis.crypto ??= webcrypto
let seed = 1
crypto.getRandomValues = (bytes) => {      // the same files give the same memory
  for (let place = 0; place < bytes.length; place++) bytes[place] = (seed = Math.imul(seed, 1103515245) + 12345) >>> 16
  return bytes
}
let webAssembly
const pyodide = await loadPyodide({
  ...begin,
  env,
  _makeSnapshot: true,
  createPyodideModule: async (settings) => {
    const module = await create(seen(settings, (memory) => { webAssembly = memory }))
    module.wasmTable.grow(SPARE)
    return module
  },
})
unpack(pyodide, new Uint8Array(fs.readFileSync(path.join(from, "packages"))), SITE_PACKAGES)
const browser = pyodide.pyimport("panel_app.browser")
browser.load()
browser.start(JSON.stringify(VISIT))
browser.connect(bridge)
browser.rendered(bridge)
browser.leave_out()
const [member, text] = pyodide.runPython("import sys; [id(sys.modules), id(str)]").toJs()
const imported = JSON.parse(browser.imported())
let document
for (let tries = 0; !document && tries < SETTLE_TRIES; tries++) {      // the hash of the run follows by itself
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  document = browser.still()
}
if (!document) throw new Error("The page does not come to rest: a task that it began is still running.")
freeLibraries(pyodide._module)
sweep(pyodide._module, webAssembly)
const {note, memory} = taken(pyodide, named, {member, text})
let fresh
const libraries = note.libraries.map(({name}) => new WebAssembly.Module(pyodide.FS.readFile(name)))
const look = (words) => { fresh = words.slice() }
await loadPyodide({...begin, ...restored(note, libraries, create, named, look)}).catch((error) => { if (!fresh) throw error })
fs.writeFileSync(path.join(to, "memory"), memory)
fs.writeFileSync(path.join(to, "fresh"), fresh)
fs.writeFileSync(path.join(to, "note.json"), JSON.stringify({...note, imported}))
fs.writeFileSync(path.join(to, "document.json"), document)
process.exit(0)

/** The files of linked libraries lie in memory, and nobody reads them again. */
function freeLibraries({LDSO, HEAPU32, _free}) {
  for (const handle of Object.keys(LDSO.loadedLibsByHandle).map(Number).filter(Boolean)) {
    _free(HEAPU32[(handle + 28) >>> 2])
    HEAPU32[(handle + 28) >>> 2] = HEAPU32[(handle + 32) >>> 2] = 0
  }
}

/** Fill with zeros what is free, so that it travels as nothing. */
function sweep({HEAPU8, _malloc, _free}, memory) {
  memory.grow = () => { throw new RangeError("There is enough.") }
  const blocks = []
  for (let size = 1 << 24; size >= 8; size >>= 1) {
    for (let block; (block = _malloc(size));) {
      HEAPU8.fill(0, block, block + size)
      blocks.push(block)
    }
  }
  blocks.forEach((block) => _free(block))
  delete memory.grow
}
