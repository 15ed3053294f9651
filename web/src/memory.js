// Python's memory, kept after the first start: a later start puts it back instead of importing and building everything again.
//
// Pyodide can save and load its memory, but not the libraries (numpy, the engine) that were linked into it. They are put back here at
// their old addresses, with their functions at their old places of the table. What memory refers to outside of itself is named by
// `named`: an object of names to functions. Anything that does not fit makes `restored` throw; the start then goes the long way.

const PREFIX = "python-memory-"

/** Where the memory of this version of the site lies; null where nothing can be kept. */
export async function store(version) {
  if (!self.caches) return null
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== PREFIX + version) await caches.delete(name)
  return caches.open(PREFIX + version)
}

/** What an earlier start has kept, all but the note still on its way; undefined if there is nothing. */
export async function kept(store) {
  const note = await store?.match("note")
  if (!note) return undefined
  const {libraries, ...rest} = await note.json()
  const whole = async (name) => new Uint8Array(await (await store.match(name)).arrayBuffer())
  const ready = Promise.all(libraries.map(async (library) => {
    return {...library, compiled: await WebAssembly.compileStreaming(await store.match(library.name))}
  }))
  return {...rest, memory: whole("memory"), libraries: ready}
}

/** Keep the memory as it is now; `note` is plain data that comes back with it. */
export async function keep(store, pyodide, named, note) {
  const {FS, LDSO, HEAPU32, GOT, wasmTable} = pyodide._module
  const names = Object.entries(named)
  const serializer = (value) => {
    const name = names.find(([, other]) => other === value)?.[0]
    if (!name) throw new Error(`Memory refers to something without a name: ${value}`)
    return name
  }
  const memory = pyodide.makeMemorySnapshot({serializer})
  const libraries = Object.entries(LDSO.loadedLibsByHandle).filter(([handle]) => Number(handle)).map(([handle, {name}]) => {
    return {name, handle: Number(handle), base: HEAPU32[(Number(handle) + 12) >>> 2], table: HEAPU32[(Number(handle) + 20) >>> 2]}
  })
  libraries.sort((one, other) => one.table - other.table)
  const type = {headers: {"content-type": "application/wasm"}}
  for (const {name} of libraries) await store.put(name, new Response(FS.readFile(name), type))
  await store.put("memory", new Response(memory))
  const symbols = Object.fromEntries(Object.entries(GOT).map(([symbol, {value}]) => [symbol, value]))
  await store.put("note", Response.json({note, libraries, symbols, functions: wasmTable.length, size: memory.length}))
}

/** Have nothing kept any more. */
export async function forget(store) {
  for (const name of await store.keys()) await store.delete(name)
}

/** The options with which `loadPyodide` continues from what was kept. `create` makes Pyodide's module. */
export async function restored({memory, libraries, symbols, functions, size}, create, named) {
  const [bytes, compiled] = await Promise.all([memory, libraries])
  if (bytes.length !== size) throw new Error(`${bytes.length} bytes were kept of ${size}.`)
  return {
    _loadSnapshot: bytes,
    _snapshotDeserializer: (name) => named[name],
    createPyodideModule: async (settings) => {
      const module = await create(settings)
      module.growMemory(bytes.length - start(bytes))
      module.wasmTable.grow(functions - module.wasmTable.length)
      compiled.forEach((library) => link(module, library))
      nameFunctions(module, symbols)
      keepTrampoline(module, bytes)
      return module
    },
  }
}

function link(module, {name, handle, base, table, compiled}) {
  module.placeOf = {base, table}
  const exports = module.loadWebAssemblyModule(compiled, {global: false, nodelete: true, loadAsync: false}, name, {})
  delete module.placeOf
  module.LDSO.loadedLibsByName[name] = module.LDSO.loadedLibsByHandle[handle] = {refcount: Infinity, name, exports, global: false}
}

/** Functions that libraries share get the places in the table that memory knows them by. */
function nameFunctions({GOT, wasmTable, wasmTableMirror}, symbols) {
  for (const [symbol, place] of Object.entries(symbols)) {
    const entry = GOT[symbol]
    if (!entry || entry.value === place) continue
    wasmTable.set(place, wasmTable.get(entry.value))
    wasmTableMirror[place] = wasmTable.get(place)
    entry.value = place
  }
}

/** One pointer in memory belongs to this browser: to a small function that Pyodide makes where it can. */
function keepTrampoline({HEAPU32, __PyRuntime, __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: offset}, bytes) {
  const place = __PyRuntime + HEAPU32[offset >>> 2]
  new DataView(bytes.buffer, bytes.byteOffset + start(bytes)).setUint32(place, HEAPU32[place >>> 2], true)
}

/** Where memory begins in what Pyodide has made. */
function start(bytes) {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, 2)[1]
}
