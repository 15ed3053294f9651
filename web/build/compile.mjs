// node compile.mjs FROM TO: byte-compile a folder with Pyodide's own Python, so that the browser need not. The source is left out:
// `a.pyc` takes the place of `a.py`. Docstrings and asserts go too, which saves a fifth.
import fs from "node:fs"
import {createRequire} from "node:module"
import path from "node:path"
import {pathToFileURL} from "node:url"

const [from, to] = process.argv.slice(2)
const runtime = path.dirname(createRequire(import.meta.url).resolve("pyodide/package.json"))
const {loadPyodide} = await import(pathToFileURL(path.join(runtime, "pyodide.mjs")).href)

const pyodide = await loadPyodide({indexURL: runtime + path.sep})
fs.mkdirSync(to, {recursive: true})
for (const [folder, place] of [[from, "/from"], [to, "/to"]]) {
  pyodide.FS.mkdirTree(place)
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, {root: path.resolve(folder)}, place)
}
pyodide.runPython(`
import pathlib, py_compile

for source in sorted(pathlib.Path("/from").rglob("*")):
    name = source.relative_to("/from")
    target = pathlib.Path("/to") / name
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    elif source.suffix == ".py":
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), str(target) + "c", str(name), doraise=True, optimize=2, invalidation_mode=mode)
    else:
        target.write_bytes(source.read_bytes())
`)
process.exit(0)
