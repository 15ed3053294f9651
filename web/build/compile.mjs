// node compile.mjs FROM TO [bare]: byte-compile a folder with Pyodide's own Python, so that the browser need not. The source is left out:
// `a.pyc` takes the place of `a.py`. Docstrings and asserts go too, which saves a fifth; `bare`: all lines of a function have the
// number of its first, since only tracebacks show them and they cost a start more than a megabyte.
import fs from "node:fs"
import {createRequire} from "node:module"
import path from "node:path"
import {pathToFileURL} from "node:url"

const [from, to, bare] = process.argv.slice(2)
const runtime = path.dirname(createRequire(import.meta.url).resolve("pyodide/package.json"))
const {loadPyodide} = await import(pathToFileURL(path.join(runtime, "pyodide.mjs")).href)

const pyodide = await loadPyodide({indexURL: runtime + path.sep})
fs.mkdirSync(to, {recursive: true})
for (const [folder, place] of [[from, "/from"], [to, "/to"]]) {
  pyodide.FS.mkdirTree(place)
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, {root: path.resolve(folder)}, place)
}
pyodide.globals.set("bare", bare === "bare")
pyodide.runPython(`
import functools, marshal, pathlib, py_compile, types

HEAD = 16

# Objects/locations.md of CPython: an entry is for up to eight units of code; 13 says that there are no columns, then comes a number of lines.
@functools.cache
def one_line(units):
    return b"".join(bytes([0x80 | 13 << 3 | min(8, units - unit) - 1, 0]) for unit in range(0, units, 8))

def without_lines(code):
    inner = tuple(without_lines(item) if isinstance(item, types.CodeType) else item for item in code.co_consts)
    return code.replace(co_consts=inner, co_linetable=one_line(len(code.co_code) // 2))

for source in sorted(pathlib.Path("/from").rglob("*")):
    name = source.relative_to("/from")
    target = pathlib.Path("/to") / name
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif source.suffix == ".py":
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), str(target) + "c", str(name), doraise=True, optimize=2, invalidation_mode=mode)
        if bare:
            compiled = pathlib.Path(str(target) + "c")
            content = compiled.read_bytes()
            compiled.write_bytes(content[:HEAD] + marshal.dumps(without_lines(marshal.loads(content[HEAD:]))))
    else:
        target.write_bytes(source.read_bytes())
`)
process.exit(0)
