// Python's memory as it travels. Two kinds of words hardly compress, and what they say can be told from the rest: the links of the list of
// all objects that the garbage collector knows, and the hashes of texts. `fold` writes small numbers in their place when the site is built,
// `unfold` puts back what was there. `words` is a memory in words of 32 bits.

const FLAGS = 3      // the collector's own marks, in the lowest bits of a link
const LENGTH = 2, HASH = 3      // the words of a text's head
const UNKNOWN = 0xffffffff      // a hash that nobody has asked for yet
const LONGEST = 1 << 20

/** Sort the list in which the object at `member` stands by address: it means the same, and each link is a small step. */
export function arrange(words, member) {
  const nodes = []
  let node = member - 8      // its head stands before it
  do nodes.push(node)
  while ((node = (words[node >>> 2] & ~FLAGS) >>> 0) !== member - 8)
  const sorted = Uint32Array.from(nodes).sort()
  sorted.forEach((node, place) => {
    const next = sorted[(place + 1) % sorted.length], before = sorted.at(place - 1), head = node >>> 2
    words[head] = next | (words[head] & FLAGS)
    words[head + 1] = before | (words[head + 1] & FLAGS)
  })
}

/** `text` is the address of Python's type str; `hashed` makes Python tell the hash of the text at an address. */
export function fold(words, member, text, hashed) {
  const first = member - 8
  let count = 0
  for (let node = first; count === 0 || node !== first; count++) {
    const head = node >>> 2, next = (words[head] & ~FLAGS) >>> 0
    words[head] -= node
    words[head + 1] &= FLAGS
    node = next
  }
  const taken = new Set(), places = []
  for (let place = 0; place + HASH < words.length; place++) {
    if (words[place + 1] !== text) continue
    if (words[place] && words[place + LENGTH] < LONGEST && words[place + HASH] !== UNKNOWN && hashed(place * 4) === words[place + HASH]) places.push(place)
    else taken.add(words[place + HASH])
  }
  let mark = 1
  while (taken.has(mark)) mark++
  for (const place of places) words[place + HASH] = mark
  return {first, count, text, mark}
}

/** `hash` makes Python find the hash of the text at an address and keep it there. */
export function unfold(words, {first, count, text, mark}, hash) {
  for (let node = first; count > 0; count--) {
    words[node >>> 2] += node
    const next = (words[node >>> 2] & ~FLAGS) >>> 0
    words[(next >>> 2) + 1] |= node
    node = next
  }
  const last = words.length - HASH
  for (let place = 0; place < last; place++) {
    if (words[place + 1] !== text || words[place + HASH] !== mark) continue
    words[place + HASH] = UNKNOWN
    hash(place * 4)
  }
}
