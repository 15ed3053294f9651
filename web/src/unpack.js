/** Write an archive's files to where Python looks for packages: a line of JSON, [[path, size], ...], then their bytes one by one. */
export function unpack({FS}, bytes, packages) {
  const folders = new Set()
  let start = bytes.indexOf(10) + 1
  for (const [name, size] of JSON.parse(new TextDecoder().decode(bytes.subarray(0, start)))) {
    const file = `${packages}/${name}`, folder = file.slice(0, file.lastIndexOf("/"))
    if (!folders.has(folder)) FS.mkdirTree(folder)
    folders.add(folder)
    FS.writeFile(file, bytes.subarray(start, start += size), {canOwn: true})
  }
}
