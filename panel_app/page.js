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
    if (path[0] instanceof Element && path[0].matches("input, select, label")) return
    const source = path.find((node) => node instanceof Element && node.matches(ACTION) && !node.matches("input, select"))
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

  const receivers = {
    attributes: (facts) => { Object.assign(root.dataset, facts) },
    title: ({text}) => { document.title = text },
    announce: ({text}) => { live.textContent = text },
    theme: ({dark, large}) => {
      root.dataset.theme = dark ? "dark" : "light"
      root.dataset.size = large ? "projector" : "desk"
    },
    focus: ({part}) => find(part)?.focus(),
    caret: (place) => find("code-editor")?.goTo(place),
    download: ({name, mime, bytes}) => {
      const link = document.createElement("a")
      link.href = URL.createObjectURL(new Blob([bytes], {type: mime}))
      link.download = name
      link.click()
      setTimeout(() => URL.revokeObjectURL(link.href), 1000)
    },
  }
  return (name, payload) => receivers[name]?.(payload)
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

/** A field shows what Python says, unless somebody is using it. */
function settle(field) {
  if (field.getRootNode().activeElement === field && !field.matches("[data-follow]")) return
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
  model.send_msg({name: "query", payload: Object.fromEntries(searchParams)})
  model.send_msg({name: "theme", payload: {dark: matchMedia("(prefers-color-scheme: dark)").matches,
    still: matchMedia("(prefers-reduced-motion: reduce)").matches}})
}

export default {render}
