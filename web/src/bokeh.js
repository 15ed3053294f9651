// The figures of `panel_app.views` are sheets of pixels that change many times a second: fixed ranges, no selection, no hovering, taps
// resolved in Python. Bokeh prepares each glyph for all of that, at each change, in five variants and with an index of its places.
// Here the glyphs that move are painted straight from their columns instead. What is not in `painters` Bokeh paints.
//
// Without a GPU the browser's rasterising is half of a frame, and most of it is strokes: the outline of a wide or dashed stroke is worked
// out anew each time. So curves are filled as ribbons, and dashes are thin lines (docs/performance.md has the figures).

export function paintDirectly() {
  const view = Bokeh.Models.get("GlyphRenderer").prototype.default_view.prototype
  const {set_data: setData, set_visuals: setVisuals, update_position: updatePosition, _paint: paint} = view
  for (const name of ["bounds", "log_bounds"]) {
    const bounds = view[name]
    view[name] = function () {
      return isDirect(this.model) ? NOWHERE : bounds.call(this)
    }
  }
  view.set_data = async function (indices) {
    if (!isDirect(this.model)) {
      this.preparing = (this.preparing ?? 0) + 1
      await setData.call(this, indices)
      this.preparing--
      return
    }
    this.all_indices = this.model.view.indices
  }
  view.set_visuals = async function () {
    if (!isDirect(this.model)) return setVisuals.call(this)
  }
  view.update_position = function () {   // of an element over the canvas, which nobody sees
    if (!isDirect(this.model)) updatePosition.call(this)
  }
  view._paint = function (context) {
    if (!isDirect(this.model)) {
      if (!this.preparing) paint.call(this, context)   // half old, half new columns cannot be painted; it is painted when they are
      return
    }
    const {glyph, data_source} = this.model
    const column = (name) => (data_source.data instanceof Map ? data_source.data.get(name) : data_source.data[name])
    const {x_scale, y_scale} = this.coordinates
    const rows = new Rows(glyph, column, new Axis(x_scale), new Axis(y_scale))
    context.save()
    context.setLineDash(rows.dashes)
    painters[glyph.type](context, rows, glyph)
    context.restore()
  }
  leaveOutWhatStays()
}

/** What Bokeh would look up at each change or painting, and find as it was. */
function leaveOutWhatStays() {
  const indices = Bokeh.Models.get("CDSView").prototype.default_view.prototype, {compute_indices: compute} = indices
  indices.compute_indices = function () {
    if (this.model.properties.indices.is_unset || !isDirect(this.parent.model)) compute.call(this)
  }
  const figure = Bokeh.Models.get("Figure").prototype.default_view.prototype
  // Figures have neither ground nor border of their own; whether their style sheets say so is read for every property. But Bokeh's origin lies
  // half a pixel from the corner, and it clears no more than what it draws in.
  figure._paint_empty = function (context) {
    const {width, height} = this.canvas_view.bbox
    context.clearRect(-1, -1, width + 2, height + 2)
  }
  // They fill their canvas, which cuts off what is outside. Bokeh would clip every glyph to a frame whose edges lie between pixels: with such
  // edges a browser takes three times as long to rasterise all that is inside.
  figure._paint_levels = function (context, level) {
    for (const renderer of this.computed_renderer_views) {
      if (renderer.model.level !== level) continue
      context.save()
      renderer.paint(context)
      context.restore()
    }
  }
}

/** The ranges are fixed; no glyph needs to say how far it reaches. */
const NOWHERE = {x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity}

/** Once the page is on show, a figure that is out of sight is painted when it comes into sight. */
export function paintWhatIsSeen() {
  const view = Bokeh.Models.get("Figure").prototype.default_view.prototype, {paint} = view
  const figures = new Map()
  const observer = new IntersectionObserver((entries) => {
    for (const {target, isIntersecting} of entries) {
      const figure = figures.get(target)
      figure.isInSight = isIntersecting
      if (isIntersecting && figure.isLate) figure.paint()
    }
  })
  view.paint = function () {
    if (!figures.has(this.el)) {
      figures.set(this.el, this)
      observer.observe(this.el)
    }
    this.isLate = this.isInSight === false && document.documentElement.dataset.appReady === "true"
    if (!this.isLate) paint.call(this)
  }
}

/** Once the page is on show, a figure is painted as soon as what has changed is in place, not only when the next frame begins: the frame then
 *  has that much less to do. A second change before that frame waits for it, as Bokeh's own do.
 */
export function paintSoon() {
  const view = Bokeh.Models.get("Figure").prototype.default_view.prototype, {schedule_paint: paintInFrame} = view
  const painted = new Set(), due = new Set()
  const {port1, port2} = new MessageChannel()
  port1.onmessage = () => {
    if (!painted.size) requestAnimationFrame(() => painted.clear())
    for (const figure of due) {
      due.delete(figure)
      painted.add(figure)
      if (!figure.is_destroyed && !figure.is_paused) figure.repaint()
    }
  }
  view.schedule_paint = function () {
    if (this.is_paused || due.has(this)) return
    if (painted.has(this) || document.documentElement.dataset.appReady !== "true") return paintInFrame.call(this)
    if (!due.size) port2.postMessage(null)
    due.add(this)
  }
}

function isDirect({glyph, selection_glyph, nonselection_glyph, muted_glyph}) {
  const looksTheSame = (selection_glyph ?? nonselection_glyph ?? muted_glyph) == null
  return looksTheSame && glyph.type in painters && (isPlain(glyph) || glyph.hatch_pattern?.value === "right_diagonal_line")
}

function isPlain({hatch_pattern}) {
  return hatch_pattern?.value == null && hatch_pattern?.field == null
}

/** A linear scale: from the units of a range to CSS pixels of the canvas. */
class Axis {
  constructor(scale) {
    this.origin = scale.compute(0)
    this.unit = scale.compute(1) - this.origin
  }
  at(value) {
    return this.origin + this.unit * value
  }
}

/** The properties of a glyph, row by row. */
class Rows {
  constructor(glyph, column, x, y) {
    Object.assign(this, {glyph, column, x, y})
    this.length = Infinity
  }

  /** A function from row to value; a constant property is the same for every row. */
  read(name) {
    const property = this.glyph[name]
    if (property === null || typeof property !== "object" || Array.isArray(property)) return () => property
    const {field, transform, value} = property
    if (field === undefined) return () => value
    const values = this.column(field)
    this.length = Math.min(this.length, values.length)
    if (!transform) return (row) => values[row]
    const {low, palette} = transform   // whole numbers to colours, see `Canvas.by_number`
    return (row) => palette[Math.max(0, Math.min(palette.length - 1, Math.floor(values[row] - low)))]
  }

  along(axis, name) {
    const read = this.read(name)
    return (row) => axis.at(read(row))
  }

  /** The dashes of all lines of this glyph; none where they are whole. */
  get dashes() {
    const {line_dash: dashes} = this.glyph
    return Array.isArray(dashes?.value) ? dashes.value : []
  }

  /** `thickness` of a row, where it is not the glyph's own. */
  line(thickness = this.read("line_width")) {
    const [color, alpha] = ["line_color", "line_alpha"].map((name) => this.read(name))
    return (context, row) => {
      const ink = color(row), strength = alpha(row), width = thickness(row)
      if (ink == null || !(strength > 0 && width > 0)) return
      context.strokeStyle = ink
      context.globalAlpha = strength
      context.lineWidth = width
      context.stroke()
    }
  }

  fill(name = "fill") {
    const color = this.read(`${name}_color`), alpha = this.read(`${name}_alpha`)
    return (context, row) => {
      const ink = color(row), strength = alpha(row)
      if (ink == null || !(strength > 0)) return
      context.fillStyle = ink
      context.globalAlpha = strength
      context.fill()
    }
  }
}

/**
 * The two curves beside a curve, `away` pixels from it: their ends lie straight across, their control points where the tangents meet.
 * That is exact where a curve is straight, and within a tenth of a pixel where it bends as little as flows do.
 */
function sides(x0, y0, cx, cy, x1, y1, away) {
  let ax = cx - x0, ay = cy - y0, bx = x1 - cx, by = y1 - cy
  const a = away / (Math.hypot(ax, ay) || 1), b = away / (Math.hypot(bx, by) || 1)
  ax *= a
  ay *= a
  bx *= b
  by *= b
  const mx = ax + bx, my = ay + by, m = (2 * away * away) / Math.max(mx * mx + my * my, away * away)
  return [1, -1].map((side) => [
    x0 - side * ay, y0 + side * ax, cx - side * m * my, cy + side * m * mx, x1 - side * by, y1 + side * bx,
  ])
}

/** Diagonal lines as a pattern to fill with; one for each ink, made once. */
function hatch(context, {hatch_scale: {value: size}, hatch_weight: {value: weight}}, ink) {
  const key = [ink, size, weight].join()
  if (!hatches.has(key)) {
    const tile = document.createElement("canvas"), pen = tile.getContext("2d")
    tile.width = tile.height = size
    pen.strokeStyle = ink
    pen.lineWidth = weight
    for (const shift of [-size, 0, size]) {      // the corners belong to the lines of the tiles beside
      pen.moveTo(shift - 1, size + 1)
      pen.lineTo(shift + size + 1, -1)
    }
    pen.stroke()
    hatches.set(key, tile)
  }
  return context.createPattern(hatches.get(key), "repeat")
}
const hatches = new Map()

/** The corners of markers of radius 1 that point up; y points down. */
const CORNERS = {
  square: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  triangle: [[-1, 1 / Math.sqrt(3)], [1, 1 / Math.sqrt(3)], [0, -2 / Math.sqrt(3)]],
}
/** By how much the radius grows when every edge moves outwards by 1. */
const GROWTH = {triangle: Math.sqrt(3)}

function mark(context, marker, x, y, r, angle) {
  const corners = CORNERS[marker]
  if (!corners) return context.arc(x, y, r, 0, 2 * Math.PI)
  const across = r * Math.cos(angle), along = r * Math.sin(angle)
  for (const [right, down] of corners) context.lineTo(x + across * right + along * down, y - along * right + across * down)
}

/** From the middle of a text's box down to its baseline, in parts of the font size: `BASELINE` of `panel_app.views.canvas`. */
const BASELINE = 0.345

const painters = {
  Quadratic(context, rows) {
    const [x0, cx, x1] = ["x0", "cx", "x1"].map((name) => rows.along(rows.x, name))
    const [y0, cy, y1] = ["y0", "cy", "y1"].map((name) => rows.along(rows.y, name))
    const width = rows.read("line_width")
    if (rows.dashes.length > 0) return edges()
    const fill = rows.fill("line")
    for (let row = 0; row < rows.length; row++) {
      const [left, right] = sides(x0(row), y0(row), cx(row), cy(row), x1(row), y1(row), width(row) / 2)
      context.beginPath()
      context.moveTo(left[0], left[1])
      context.quadraticCurveTo(left[2], left[3], left[4], left[5])
      context.lineTo(right[4], right[5])
      context.quadraticCurveTo(right[2], right[3], right[0], right[1])
      fill(context, row)
    }

    /** The next glyph covers a dashed curve up to `width`: only its edges are seen. */
    function edges() {
      const inner = rows.column("width")
      // Columns are single floats; a browser draws a line of 1 pixel five times as fast as one of 1.0000001.
      const thickness = (row) => Math.round(50 * (width(row) - inner[row])) / 100
      const stroke = rows.line(thickness)
      for (let row = 0; row < rows.length; row++) {
        const middle = (width(row) - thickness(row)) / 2
        context.beginPath()
        for (const side of sides(x0(row), y0(row), cx(row), cy(row), x1(row), y1(row), middle)) {
          context.moveTo(side[0], side[1])
          context.quadraticCurveTo(side[2], side[3], side[4], side[5])
        }
        stroke(context, row)
      }
    }
  },

  Segment(context, rows) {
    const [x0, x1] = ["x0", "x1"].map((name) => rows.along(rows.x, name))
    const [y0, y1] = ["y0", "y1"].map((name) => rows.along(rows.y, name))
    const stroke = rows.line()
    for (let row = 0; row < rows.length; row++) {
      context.beginPath()
      context.moveTo(x0(row), y0(row))
      context.lineTo(x1(row), y1(row))
      stroke(context, row)
    }
  },

  Quad(context, rows) {
    const [left, right] = ["left", "right"].map((name) => rows.along(rows.x, name))
    const [top, bottom] = ["top", "bottom"].map((name) => rows.along(rows.y, name))
    const fill = rows.fill(), stroke = rows.line()
    for (let row = 0; row < rows.length; row++) {
      context.beginPath()
      context.rect(left(row), top(row), right(row) - left(row), bottom(row) - top(row))
      fill(context, row)
      stroke(context, row)
    }
  },

  Arc(context, rows, glyph) {
    const x = rows.along(rows.x, "x"), y = rows.along(rows.y, "y")
    const [radius, start, end, width] = ["radius", "start_angle", "end_angle", "line_width"].map((name) => rows.read(name))
    const fill = rows.fill("line"), back = glyph.direction === "anticlock"
    for (let row = 0; row < rows.length; row++) {
      const from = -start(row), to = -end(row), r = radius(row) * Math.abs(rows.x.unit), half = width(row) / 2
      if (from === to) continue
      context.beginPath()
      context.arc(x(row), y(row), r + half, from, to, back)
      context.arc(x(row), y(row), Math.max(0, r - half), to, from, !back)
      fill(context, row)
    }
  },

  Scatter(context, rows, glyph) {
    const x = rows.along(rows.x, "x"), y = rows.along(rows.y, "y")
    const [size, angle, marker] = ["size", "angle", "marker"].map((name) => rows.read(name))
    const fill = isPlain(glyph) ? rows.fill() : fillHatched, stroke = rows.line(), width = rows.read("line_width")
    const isSolid = isPlain(glyph) && rows.dashes.length === 0
    const pattern = isPlain(glyph) ? null : hatch(context, glyph, rows.read("hatch_color")(0))
    const names = ["fill_color", "fill_alpha", "line_color", "line_alpha"]
    const [inside, insideAlpha, edge, edgeAlpha] = names.map((name) => rows.read(name))
    for (let row = 0; row < rows.length; row++) {
      if (!(size(row) > 0)) continue
      const r = size(row) / 2, half = (width(row) / 2) * (GROWTH[marker(row)] ?? 1)
      const hasEdge = edge(row) != null && edgeAlpha(row) > 0 && half > 0
      if (isSolid && hasEdge && inside(row) != null && insideAlpha(row) === 1) {
        shape(row, r + half, edge(row), edgeAlpha(row))
        if ((inside(row) !== edge(row) || edgeAlpha(row) < 1) && r > half) shape(row, r - half, inside(row), 1)
      } else {
        context.beginPath()
        mark(context, marker(row), x(row), y(row), r, angle(row))
        fill(context, row)
        if (!hasEdge) continue
        context.closePath()
        stroke(context, row)
      }
    }

    function shape(row, r, ink, alpha) {
      context.globalAlpha = alpha
      context.fillStyle = ink
      context.beginPath()
      mark(context, marker(row), x(row), y(row), r, angle(row))
      context.fill()
    }

    function fillHatched() {
      context.fillStyle = pattern
      context.globalAlpha = 1
      context.fill()
    }
  },

  Text(context, rows) {
    const x = rows.along(rows.x, "x"), y = rows.along(rows.y, "y")
    const names = ["text", "text_align", "text_color", "text_outline_color", "text_outline_width"]
    const [text, align, color, outline, width] = names.map((name) => rows.read(name))
    const [font, style, size, offset] = ["text_font", "text_font_style", "text_font_size", "y_offset"].map((name) => rows.read(name))
    context.textBaseline = "alphabetic"
    context.lineJoin = "round"
    let set
    for (let row = 0; row < rows.length; row++) {
      if (!text(row)) continue
      const pixels = parseFloat(size(row))
      const wanted = `${style(row)} ${pixels}px ${font(row)}`
      if (wanted !== set) context.font = set = wanted
      // On whole pixels a letter looks the same wherever it stands, and is drawn once.
      const left = Math.round(x(row)), baseline = Math.round(y(row) + offset(row) + BASELINE * pixels)
      context.textAlign = align(row)
      if (outline(row) == null || !(width(row) > 1)) {   // 1 is Bokeh's default, which has no colour
        context.fillStyle = color(row)
        context.fillText(text(row), left, baseline)
      } else {      // a halo: so wide that it covers the letters too
        context.strokeStyle = outline(row)
        context.lineWidth = width(row)
        context.strokeText(text(row), left, baseline)
      }
    }
  },
}
