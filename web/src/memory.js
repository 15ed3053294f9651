// Python's memory as it is when the page has opened, shipped with the site: a start puts it back instead of importing and building
// everything again. web/build/memory.mjs takes it; the worker restores it.
//
// Pyodide can save and load its memory, but not the libraries (numpy, the engine) that were linked into it. They are put back here at
// their old addresses, with their functions at their old places of the table. What memory refers to outside of itself is named by
// `named`: an object of names to functions. Anything that does not fit makes `restored` throw; the start then goes the long way.

/** What is needed beside the memory itself to put it back, as plain data, and the memory. */
export function taken(pyodide, named) {
  const {LDSO, HEAPU32, GOT, wasmTable} = pyodide._module
  const names = Object.entries(named)
  const serializer = (value) => {
    const name = names.find(([, other]) => other === value)?.[0]
    if (!name) throw new Error(`Memory refers to something without a name: ${value}`)
    return name
  }
  const snapshot = pyodide.makeMemorySnapshot({serializer})
  const libraries = Object.entries(LDSO.loadedLibsByHandle).filter(([handle]) => Number(handle)).map(([handle, {name}]) => {
    return {name, handle: Number(handle), base: HEAPU32[(Number(handle) + 12) >>> 2], table: HEAPU32[(Number(handle) + 20) >>> 2]}
  })
  libraries.sort((one, other) => one.table - other.table)
  const symbols = Object.fromEntries(Object.entries(GOT).map(([symbol, {value}]) => [symbol, value]))
  const begin = new Uint32Array(snapshot.buffer, 0, 2)[1], words = new Uint32Array(snapshot.buffer, begin)
  words[trampoline(pyodide._module)] = 0
  const head = String.fromCharCode(...snapshot.subarray(0, begin))
  const note = {head, libraries, symbols, functions: wasmTable.length, size: words.byteLength, sum: sum(words)}
  return {note, memory: snapshot.subarray(begin)}
}

/**
 * The options with which `loadPyodide` continues from what was taken. `compiled` are the note's libraries in their order, `create` makes
 * Pyodide's module, and `fill` puts the bytes into the memory that it is given.
 */
export function restored({head, libraries, symbols, functions, size, sum: expected}, compiled, create, named, fill) {
  return {
    _loadSnapshot: Uint8Array.from(head, (letter) => letter.charCodeAt(0)),
    _snapshotDeserializer: (name) => named[name],
    createPyodideModule: async (settings) => {
      let memory
      const module = await create(seen(settings, (its) => { memory = its }))
      module.growMemory(size)
      module.wasmTable.grow(functions - module.wasmTable.length)
      libraries.forEach((library, place) => link(module, library, compiled[place]))
      nameFunctions(module, symbols)
      const place = trampoline(module), own = module.HEAPU32[place]
      module.HEAPU32[place] = 0
      fill(memory)
      if (sum(module.HEAPU32) !== expected) throw new Error("It is not what it was.")
      module.HEAPU32[place] = own
      return module
    },
  }
}

/** Settings of Pyodide's module that also tell its memory, which the module itself does not. */
export function seen(settings, tell) {
  const {instantiateWasm} = settings
  settings.instantiateWasm = (imports, receive) => instantiateWasm(imports, (instance, source) => {
    tell(instance.exports.memory)
    return receive(instance, source)
  })
  return settings
}

function link(module, {name, handle, base, table}, compiled) {
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
function trampoline({HEAPU32, __PyRuntime, __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: offset}) {
  return (__PyRuntime + HEAPU32[offset >>> 2]) >>> 2
}

function sum(words) {
  let total = 0
  for (let place = 0; place < words.length; place++) total = (Math.imul(total, 31) + words[place]) | 0
  return total
}
