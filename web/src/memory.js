// Python's memory as it is when the page has opened, shipped with the site: a start puts it back instead of importing and building
// everything again. web/build/memory.mjs takes it; the worker restores it.
//
// Pyodide can save and load its memory, but not the libraries (numpy, the engine) that were linked into it. They are put back here at
// their old addresses, with their functions at their old places of the table. What memory refers to outside of itself is named by
// `named`: an object of names to functions. Anything that does not fit makes `restored` throw; the start then goes the long way.

import {arrange, fold, unfold} from "./fold.js"

const HEAD = 20      // bytes of a file before its pieces: what makes it a WebAssembly module, so that every host compresses it

/**
 * What is needed beside the memory itself to put it back, as plain data, and the memory, folded. `member` is the address of an
 * object that the garbage collector knows, `text` that of Python's str.
 */
export function taken(pyodide, named, {member, text}) {
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
  const pointers = libraries.flatMap(({name}) => {      // only to these functions can memory point
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(pyodide.FS.readFile(name)))
    return imports.filter(({module}) => module === "GOT.func")
  })
  const symbols = Object.fromEntries(pointers.map(({name}) => [name, GOT[name].value]))
  const begin = new Uint32Array(snapshot.buffer, 0, 2)[1], words = new Uint32Array(snapshot.buffer, begin)
  words[trampoline(pyodide._module)] = 0
  const head = String.fromCharCode(...snapshot.subarray(0, begin))
  arrange(words, member)
  const folds = fold(words, member, text, (place) => hashed(pyodide._module, place))
  const note = {head, libraries, symbols, functions: wasmTable.length, size: words.byteLength, sum: sum(words), folds}
  return {note, memory: snapshot.subarray(begin)}
}

/**
 * The options with which `loadPyodide` continues from what was taken. `compiled` are the note's libraries in their order, `create` makes
 * Pyodide's module, and `fill` puts what travelled into the memory that it is given.
 */
export function restored({head, libraries, symbols, functions, size, sum: expected, folds}, compiled, create, named, fill) {
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
      fill(new Uint32Array(memory.buffer))
      if (sum(module.HEAPU32) !== expected) throw new Error("It is not what it was.")
      unfold(module.HEAPU32, folds, module._PyObject_Hash)
      module.HEAPU32[place] = own
      return module
    },
  }
}

/** Put the pieces of a file into memory: how many there are, for each where it begins and how long it is, and then what they hold; all in words. */
export function fill(words, file) {
  const pieces = new Uint32Array(file, HEAD)
  let content = 1 + 2 * pieces[0]
  for (let piece = 1, first = content; piece < first; piece += 2) {
    words.set(pieces.subarray(content, content += pieces[piece + 1]), pieces[piece])
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

/** What Python says is the hash of a text, asked anew; nothing where there is no text at all. */
function hashed({HEAPU32, stackSave, stackRestore, _PyObject_Hash}, place) {
  const kept = (place >>> 2) + 3, before = HEAPU32[kept], top = stackSave()
  HEAPU32[kept] = 0xffffffff
  try {
    return _PyObject_Hash(place) >>> 0
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error
    stackRestore(top)
  } finally {
    HEAPU32[kept] = before
  }
}

function sum(words) {
  let total = 0
  for (let place = 0; place < words.length; place++) total = (Math.imul(total, 31) + words[place]) | 0
  return total
}
