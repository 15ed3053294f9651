// <code-editor>: a text field with line numbers, colours and marks under what is wrong. It is a real <textarea>, so that screen readers,
// undo, touch and Tab work as everywhere; behind it lies the same text once more, coloured. Attributes:
//   label, help    what a screen reader says
//   text, revision a new revision puts `text` into the field; what is typed meanwhile is otherwise left alone
//   marks          JSON: [{line, column, level: "error" | "warning"}], counted from 1
//   do, at         the actions that the page is asked for when the text or the line of the caret has changed

const STYLE = `
:host { display: block; position: relative; overflow: hidden; background: var(--bg); }
.field { position: absolute; inset: 0; display: grid; grid-template-columns: auto minmax(0, 1fr); font: 500 .929rem/1.6 ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; }
.numbers { overflow: hidden; text-align: right; color: var(--ink3); padding: 8px 12px 8px 16px; user-select: none; font-weight: 400; min-width: 1.5em; background: var(--bg); }
.numbers div { transform: translateY(var(--y, 0)); }
.numbers b { display: block; font-weight: 400; position: relative; }
.numbers b.error, .numbers b.warning { color: var(--ink); font-weight: 650; }
.numbers b.error::before, .numbers b.warning::before { content: ""; position: absolute; left: -16px; top: 0; bottom: 0; width: 4px; background: var(--alert); }
.numbers b.warning::before { background: var(--queue); }
.sheet { position: relative; overflow: hidden; }
pre, textarea { margin: 0; padding: 8px 16px 8px 4px; border: 0; font: inherit; line-height: inherit; letter-spacing: inherit; white-space: pre; tab-size: 2; }
pre { position: absolute; left: 0; top: 0; min-width: 100%; box-sizing: border-box; color: var(--ink); pointer-events: none; transform: translate(var(--x, 0), var(--y, 0)); }
pre div { min-height: 1.6em; margin: 0 -16px 0 -4px; padding: 0 16px 0 4px; }
pre div.error { background: var(--alert-bg); }
.key { color: var(--syntax-key); } .value { color: var(--syntax-value); } .comment { color: var(--ink3); font-weight: 400; }
u { text-decoration: underline wavy var(--alert) 1.5px; text-underline-offset: 4px; text-decoration-skip-ink: none; }
u.warning { text-decoration-color: var(--queue); }
textarea { position: absolute; inset: 0; width: 100%; height: 100%; box-sizing: border-box; resize: none; overflow: auto; background: transparent; color: transparent; caret-color: var(--ink); outline: none; }
textarea::selection { background: color-mix(in srgb, var(--gross) 30%, transparent); }
textarea:focus-visible { outline: 2px solid var(--ink); outline-offset: -2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 640px) { .field { font-size: 16px; } .numbers { padding-left: 12px; padding-right: 8px; } }
`
const TOKENS = /(#.*$)|((?:^|[\s{,-])[\w.<-]+(?=:(?:\s|$)))|("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,[\]{}:#&*|>-][^,[\]{}#]*)/g

class CodeEditor extends HTMLElement {
  static observedAttributes = ["text", "revision", "marks", "label", "help"]

  constructor() {
    super()
    const root = this.attachShadow({mode: "open", delegatesFocus: true})
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    root.adoptedStyleSheets = [sheet]
    const make = (name, properties = {}, ...inner) => {
      const element = Object.assign(document.createElement(name), properties)
      element.append(...inner)
      return element
    }
    this.numbers = make("div")
    this.paper = make("pre")
    this.paper.setAttribute("aria-hidden", "true")
    this.area = make("textarea", {spellcheck: false, autocapitalize: "off", autocomplete: "off", wrap: "off"})
    this.area.setAttribute("aria-describedby", "help")
    this.caret = make("input", {type: "hidden"})
    this.help = make("p", {id: "help", className: "unseen"})
    const gutter = make("div", {className: "numbers"}, this.numbers)
    gutter.setAttribute("aria-hidden", "true")
    root.append(make("div", {className: "field"}, gutter, make("div", {className: "sheet"}, this.paper, this.area)), this.help, this.caret)
    this.shown = []
    this.marks = []
    this.area.addEventListener("input", () => this.paint())
    this.area.addEventListener("scroll", () => this.follow())
    this.area.addEventListener("keydown", (event) => this.key(event))
    for (const event of ["keyup", "click", "focus"]) this.area.addEventListener(event, () => this.tellCaret())
  }

  connectedCallback() {
    Object.assign(this.area.dataset, {do: this.getAttribute("do"), every: "250"})
    Object.assign(this.caret.dataset, {do: this.getAttribute("at"), every: "200"})
    this.take()
  }

  attributeChangedCallback(name, _, value) {
    if (name === "label") this.area.setAttribute("aria-label", value ?? "")
    if (name === "help") this.help.textContent = value ?? ""
    // Attributes arrive one after the other: look at them when all are there.
    if (!this.waiting) {
      this.waiting = true
      queueMicrotask(() => { this.waiting = false; this.take() })
    }
  }

  take() {
    const revision = this.getAttribute("revision")
    if (revision !== this.revision) {
      this.revision = revision
      const {scrollTop, selectionStart} = this.area, text = this.getAttribute("text") ?? ""
      if (this.area.value !== text) {
        this.area.value = text
        this.area.setSelectionRange(Math.min(selectionStart, text.length), Math.min(selectionStart, text.length))
        this.area.scrollTop = scrollTop
      }
    }
    this.marks = JSON.parse(this.getAttribute("marks") || "[]")
    this.area.setAttribute("aria-invalid", String(this.marks.some((mark) => mark.level === "error")))
    this.paint()
  }

  /** Colour the lines that are not as they were. */
  paint() {
    const lines = this.area.value.split("\n")
    lines.forEach((line, place) => {
      const marks = this.marks.filter((mark) => mark.line === place + 1), now = JSON.stringify([line, marks])
      if (this.shown[place] === now) return
      this.shown[place] = now
      const level = marks.some((mark) => mark.level === "error") ? "error" : marks.length ? "warning" : ""
      const row = document.createElement("div"), number = document.createElement("b")
      row.className = number.className = level
      row.append(...coloured(line, marks))
      number.textContent = place + 1
      put(this.paper, place, row)
      put(this.numbers, place, number)
    })
    this.shown.length = lines.length
    for (const list of [this.paper, this.numbers]) while (list.children.length > lines.length) list.lastChild.remove()
    this.follow()
  }

  follow() {
    this.style.setProperty("--x", `${-this.area.scrollLeft}px`)
    this.style.setProperty("--y", `${-this.area.scrollTop}px`)
  }

  key(event) {
    if (event.key === "F8") {
      event.preventDefault()
      this.nextMark(event.shiftKey ? -1 : 1)
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing) {
      // The next line begins where this one does. As an edit of the browser's own, it can be undone.
      const {value, selectionStart} = this.area
      const start = value.lastIndexOf("\n", selectionStart - 1) + 1
      const indent = /^[ ]*/.exec(value.slice(start, selectionStart))[0]
      event.preventDefault()
      document.execCommand("insertText", false, "\n" + indent)
    }
  }

  nextMark(direction) {
    const here = this.place(), ordered = [...this.marks].sort((a, b) => direction * (a.line - b.line || a.column - b.column))
    const beyond = ordered.find((mark) => direction * (mark.line - here.line || mark.column - here.column) > 0)
    const mark = beyond ?? ordered[0]
    if (mark) this.goTo(mark)
  }

  /** Put the caret at a line and column, both from 1, and show it. */
  goTo({line, column}) {
    const lines = this.area.value.split("\n"), row = Math.min(line, lines.length) - 1
    const start = lines.slice(0, row).reduce((sum, text) => sum + text.length + 1, 0)
    const place = start + Math.min(column - 1, lines[row].length)
    this.area.focus()
    this.area.setSelectionRange(place, place)
    this.area.scrollTop = Math.max(0, row * parseFloat(getComputedStyle(this.area).lineHeight) - this.area.clientHeight / 2)
    this.tellCaret()
  }

  place() {
    const before = this.area.value.slice(0, this.area.selectionStart).split("\n")
    return {line: before.length, column: before.at(-1).length + 1}
  }

  tellCaret() {
    const line = String(this.place().line)
    if (line === this.caret.value) return
    this.caret.value = line
    this.caret.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
  }
}

function put(list, place, element) {
  if (list.children[place]) list.children[place].replaceWith(element)
  else list.append(element)
}

/** A line as nodes: keys, values and comments in their colours, and a wave from each mark to the end of its word. */
function coloured(line, marks) {
  const kinds = new Array(line.length).fill("")
  for (const [whole, comment, key, value] of matches(line)) {
    const kind = comment ? "comment" : key ? "key" : value ? "value" : ""
    for (let place = whole.index; place < whole.index + whole.text.length; place++) kinds[place] = kind
  }
  const waves = new Array(line.length).fill("")
  for (const {column, level} of marks) {
    const from = Math.min(column - 1, Math.max(0, line.length - 1)), rest = line.slice(from)
    const length = Math.max(1, /^("[^"]*"|'[^']*'|[^\s,{}[\]]+:?)?/.exec(rest)[0].replace(/:$/, "").length)
    for (let place = from; place < from + length && place < line.length; place++) waves[place] = level
  }
  const nodes = []
  for (let start = 0, end; start < line.length; start = end) {
    for (end = start; end < line.length && kinds[end] === kinds[start] && waves[end] === waves[start];) end++
    let node = document.createTextNode(line.slice(start, end))
    for (const [name, css] of [["span", kinds[start]], ["u", waves[start]]]) {
      if (!css) continue
      const wrapped = Object.assign(document.createElement(name), {className: css})
      wrapped.append(node)
      node = wrapped
    }
    nodes.push(node)
  }
  return nodes
}

function* matches(line) {
  for (const found of line.matchAll(TOKENS)) yield [{index: found.index, text: found[0]}, found[1], found[2], found[3]]
}

if (!customElements.get("code-editor")) customElements.define("code-editor", CodeEditor)
