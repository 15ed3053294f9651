// Keeps the whole site for the next start and for no network at all. Made last: its version changes with any file of the site.
// Folders carry a hash of their content in their name, so a file that an older version has kept need not be fetched again.

const VERSION = "payment-simulator-$version"
const FILES = $files

self.addEventListener("install", (event) => event.waitUntil(install()))
self.addEventListener("activate", (event) => event.waitUntil(activate()))
self.addEventListener("fetch", (event) => {
  const {method, url} = event.request
  if (method === "GET" && url.startsWith(self.registration.scope)) event.respondWith(answer(event.request))
})

async function install() {
  const cache = await caches.open(VERSION)
  await Promise.all(FILES.map(async (file) => {
    const kept = file === "./" ? undefined : await caches.match(file)
    const response = kept ?? await fetch(file, {cache: file === "./" ? "reload" : "default"})
    if (!response.ok) throw new Error(file + ": HTTP " + response.status)
    await cache.put(file, response)
  }))
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("payment-simulator-") && name !== VERSION) await caches.delete(name)
  }
  await self.clients.claim()
}

/** Files are kept without a query; leaving it out here lets the browser find one by its name instead of looking at all. */
async function answer(request) {
  const cache = await caches.open(VERSION)
  const path = request.mode === "navigate" ? "./" : request.url.replace(/[?#].*/, "")
  return (await cache.match(path)) ?? fetch(request)
}
