// Notices when Python does not answer any more, and offers to start again with the scenario that is on show.

const ASK_MS = 1000, PATIENCE_MS = 8000
const section = document.getElementById("stopped")
let answered = performance.now(), dead = false

/** Ask again and again, with `ask`; whoever is asked answers by `alive`. */
export function watch(ask) {
  let before = performance.now()
  answered = before
  setInterval(() => {
    const now = performance.now()
    if (now - before > 2 * ASK_MS) answered = now      // the page itself has slept
    before = now
    if (now - answered > PATIENCE_MS) show("The simulator has not answered for a while. It may be busy with a large run, or stuck.")
    ask()
  }, ASK_MS)
}

/** Python answers. */
export function alive() {
  answered = performance.now()
  if (!dead) section.hidden = true
}

/** Python has stopped for good. */
export function stopped(what) {
  dead = true
  const memory = /memory|allocat/i.test(what)
  show(memory ? "The simulator has stopped: this browser gave it no more memory." : `The simulator has stopped. ${what}`)
}

function show(sentence) {
  if (!section.hidden) return
  const {scenario, seed} = document.documentElement.dataset
  section.querySelector(".what").textContent = sentence
  section.querySelector(".again").onclick = () => { location.search = new URLSearchParams({scenario, seed}) }
  section.hidden = false
}
