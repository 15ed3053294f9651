// The page's half of the conversation with Python: messages of a name and a JSON payload, in both directions.
// The built site sends them to its worker, `panel serve` over one component (at the end of this file); the rest is the same.

// What a part's HTML may ask for: data-do="action", with data-value, or with the value of a field or slider.
const ACTION = "[data-do]"
const TEXT_FIELDS = "input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]"

/**
 * Listen to keys, clicks and fields, and send what they mean. `keys` is keys.json: a key such as "ArrowLeft" or "Ctrl+z" to an
 * action. Returns `receive(name, payload)`, to be called with every message from Python.
 */
export function attach(send, keys) {
  const root = document.documentElement
  const act = (name, value) => send("key", value === undefined ? {name} : {name, value})

  document.addEventListener("keydown", (event) => {
    const target = event.composedPath()[0]
    const chord = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.shiftKey && event.key.length > 1 ? "Shift+" : "") + event.key
    const name = keys[chord]
    if (!name || event.altKey) return
    if (chord.length === 1 && chord !== " " && kept(SINGLE_KEYS) === "off") return
    const element = target instanceof Element ? target : root
    if (element.matches(TEXT_FIELDS)) {
      if (name === "close") element.blur()
      return
    }
    if (element.matches("input[type=range]") && /Arrow|Home|End/.test(event.key)) return
    if (event.key === " " && element.matches("button, a, summary, input")) return
    event.preventDefault()
    if (name === "filter") find("input[type=search]")?.focus()
    else act(name)
  })

  document.addEventListener("click", (event) => {
    const path = event.composedPath()
    if (path.some((node) => node instanceof Element && node.matches("[data-whole]"))) open(whole(), "_blank", "noopener")
    const copying = path.find((node) => node instanceof Element && node.matches("[data-copy]"))
    if (copying) copy(iframe()).then((done) => { if (done) copying.textContent = copying.dataset.done })
    if (path[0] instanceof Element && path[0].matches("input, select, textarea, label")) return
    const source = path.find((node) => node instanceof Element && node.matches(ACTION) && !node.matches("input, select, textarea"))
    if (!source || source.disabled) return
    if (source.matches("a")) event.preventDefault()
    act(source.dataset.do, source.dataset.value)
  })

  // A field with data-when="done" is told when it is left or Enter is pressed, with what was typed.
  const finished = (event) => {
    const field = event.composedPath()[0]
    if (!(field instanceof Element) || !field.matches('[data-when="done"]')) return
    if (event.type === "keydown" && event.key !== "Enter") return
    if (field.value !== field.defaultValue) act(field.dataset.do, field.value)
  }
  document.addEventListener("keydown", finished)
  document.addEventListener("focusout", finished)

  // A slider that is dragged sends at most every data-every milliseconds, and its last value always.
  const waiting = new Map()
  document.addEventListener("input", (event) => {
    const field = event.composedPath()[0]
    if (field instanceof Element && field.matches("input[data-file]")) {
      sendFile(send, field.files[0])
      field.value = ""
      return
    }
    if (!(field instanceof Element) || !field.matches(ACTION) || field.dataset.when === "done") return
    const {do: name, every = "0", extra} = field.dataset
    const slot = name + (extra ?? "")
    const value = extra === undefined ? field.value : [Number(extra), field.value]
    const pending = waiting.get(slot)
    if (pending) { pending.again = value; return }
    const turn = {again: null}
    const later = () => {
      if (turn.again !== null) {
        act(name, turn.again)
        turn.again = null
        setTimeout(later, Number(every))
      } else waiting.delete(slot)
    }
    act(name, value)
    waiting.set(slot, turn)
    setTimeout(later, Number(every))
  })

  // A file that is dropped anywhere; and a link that is put into the address of a page that is open already.
  addEventListener("dragover", (event) => event.preventDefault())
  addEventListener("drop", (event) => {
    event.preventDefault()
    sendFile(send, event.dataTransfer?.files[0])
  })
  addEventListener("hashchange", () => {
    if (location.hash.startsWith("#run=")) send("query", {link: location.hash})
  })

  const dark = matchMedia("(prefers-color-scheme: dark)"), still = matchMedia("(prefers-reduced-motion: reduce)")
  const media = () => send("theme", {dark: dark.matches, still: still.matches})
  dark.addEventListener("change", media)
  still.addEventListener("change", media)
  let narrow
  const size = () => {
    clearTimeout(narrow)
    narrow = setTimeout(() => send("visible", {width: innerWidth, height: innerHeight}), 100)
  }
  addEventListener("resize", size)
  keepElements()

  const live = document.createElement("div")
  live.setAttribute("aria-live", "polite")
  live.className = "announce"
  document.body.append(live)

  let greeted = false
  const receivers = {
    attributes: (facts) => {
      Object.assign(root.dataset, facts)
      if (greeted) return
      greeted = true
      if (kept(SINGLE_KEYS) === "off") act("single-keys", "off")
      const last = kept(LAST)
      if (last && !location.hash && !location.search) send("last", {link: last})
    },
    share: async ({fragment}) => {
      history.replaceState(null, "", "#" + fragment)
      const link = location.href
      send("copied", {link, copied: await copy(link)})
    },
    store: ({last}) => {
      keep(LAST, last)
      history.replaceState(null, "", last ? "#" + last : location.pathname + location.search)
    },
    picture: (asked) => picture(asked).catch(() => send("missing", {figure: asked.figure})),
    "single-keys": ({on}) => keep(SINGLE_KEYS, on ? "" : "off"),
    title: ({text}) => { document.title = text },
    painted: () => requestAnimationFrame(() => send("painted", {})),      // after Bokeh, which asked for this frame before
    announce: ({text}) => { live.textContent = text },
    theme: ({dark, large}) => {
      root.dataset.theme = dark ? "dark" : "light"
      root.dataset.size = large ? "projector" : "desk"
    },
    focus: ({part}) => find(part)?.focus(),
    caret: (place) => find("code-editor")?.goTo(place),
    download: ({name, mime, bytes}) => save(name, new Blob([bytes], {type: mime})),
  }
  return (name, payload) => receivers[name]?.(payload)
}

function save(name, blob) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

/** Hand a file to Python; its bytes travel beside the message. */
async function sendFile(send, file) {
  if (file) send("file", {name: file.name, bytes: await file.arrayBuffer()})
}

/** Whether the browser let the page copy; it may not, in an iframe or without a gesture. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** The address of this run without the frame that it is shown in. */
function whole() {
  const address = new URL(location.href)
  address.search = ""
  return address.href
}

/** The HTML that shows this run within another page. */
function iframe() {
  const address = new URL(location.href)
  address.search = "?embed"
  const quoted = address.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;")
  return `<iframe src="${quoted}" width="960" height="640" title="${document.title.replaceAll('"', "&quot;")}"></iframe>`
}

/** What is kept between visits; nothing where the browser allows no storage. */
const LAST = "payment-simulator.last", SINGLE_KEYS = "payment-simulator.single-keys"
function kept(name) {
  try { return localStorage.getItem(name) } catch { return null }
}
function keep(name, value) {
  try {
    if (value) localStorage.setItem(name, value)
    else localStorage.removeItem(name)
  } catch { /* nothing is kept then */ }
}

/** Save a figure as it is on show, on the ground of the theme. */
async function picture({figure, kind, name, background}) {
  const view = figureView(figure)
  if (!view || view.bbox.width < 40) throw new Error(`${figure} is not on show`)
  const layer = view.export(kind === "svg" ? "svg" : "png")
  if (kind === "svg") {
    const markup = await (await layer.to_blob()).text()
    const ground = `<rect width="100%" height="100%" fill="${background}"/>`
    return save(name, new Blob([markup.replace(/<svg[^>]*>/, (start) => start + ground)], {type: "image/svg+xml"}))
  }
  const drawn = layer.canvas, canvas = document.createElement("canvas")
  canvas.width = drawn.width
  canvas.height = drawn.height
  const context = canvas.getContext("2d")
  context.fillStyle = background
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(drawn, 0, 0)
  save(name, await new Promise((done) => canvas.toBlob(done, "image/png")))
}

/** The view of the figure of this name. */
function figureView(name) {
  const views = [...Object.values(Bokeh.index.roots ?? Bokeh.index)]
  for (let view; (view = views.pop());) {
    if (view.model.name === name && view.model.type === "Figure") return view
    views.push(...(view.child_views ?? []))
  }
  return null
}

/** The first element a selector finds, also inside shadow roots. */
export function find(selector, within = document) {
  const found = within.querySelector(selector)
  if (found) return found
  for (const element of within.querySelectorAll("*")) {
    const inner = element.shadowRoot && find(selector, element.shadowRoot)
    if (inner) return inner
  }
  return null
}

/** Update HTML parts in place instead of replacing them: focus, dragging, scrolling and text selection survive. */
function keepElements() {
  const view = globalThis.Bokeh?.Models?.get("panel.models.markup.HTML")?.prototype.default_view
  if (!view) return
  view.prototype.set_html = function (html) {
    if (html === null || this.container == null) return
    const next = document.createElement("template")
    next.innerHTML = html
    morph(this.container, next.content)
  }
}

function morph(old, next) {
  let here = old.firstChild
  for (const node of [...next.childNodes]) {
    if (here && here.nodeType === node.nodeType && here.nodeName === node.nodeName && here.id === node.id) {
      if (node instanceof Element) {
        sync(here, node)
        morph(here, node)
        settle(here)
      } else if (here.data !== node.data) here.data = node.data
      here = here.nextSibling
    } else if (here) {
      old.insertBefore(node, here)
    } else old.append(node)
  }
  while (here) {
    const gone = here
    here = here.nextSibling
    gone.remove()
  }
}

function sync(old, next) {
  for (const {name} of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name)
  for (const {name, value} of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
}

/** A field shows what Python says, unless somebody is using it and nothing tells it to follow. */
function settle(field) {
  if (field.getRootNode().activeElement === field && !field.closest("[data-follow]")) return
  if (field.matches("input")) field.value = field.getAttribute("value") ?? ""
  if (field.matches("select")) field.value = field.querySelector("option[selected]")?.value ?? field.value
}

/** `panel serve` only: the component that carries the messages. */
export function render({model}) {
  const receive = attach((name, payload) => model.send_msg({name, payload}), model.keys)
  model.on("msg:custom", ({name, payload}) => {
    receive(name, payload)
    if (name === "attributes") document.documentElement.dataset.appReady = "true"
  })
  const {searchParams} = new URL(location.href)
  model.send_msg({name: "query", payload: {...Object.fromEntries(searchParams), link: location.hash}})
  model.send_msg({name: "theme", payload: {dark: matchMedia("(prefers-color-scheme: dark)").matches,
    still: matchMedia("(prefers-reduced-motion: reduce)").matches}})
}

export default {render}
