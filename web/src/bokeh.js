// Bokeh prepares every glyph five times: as it is, selected, not selected, muted and thinned out. Ours looks the same each time, and
// says so with `selection_glyph=None` and the like. Where it does, one preparation serves for all: half of the work of a frame.

export function prepareOnce() {
  const view = Bokeh.Models.get("GlyphRenderer").prototype.default_view.prototype
  const prepareAll = view.set_visuals
  view.set_visuals = async function () {
    const {selection_glyph, nonselection_glyph, muted_glyph, data_source} = this.model
    if (selection_glyph ?? nonselection_glyph ?? muted_glyph) return prepareAll.call(this)
    this.selection_glyph = this.nonselection_glyph = this.muted_glyph = this.decimated_glyph = this.glyph
    this.glyph.set_visuals(data_source, this.all_indices)
    this.glyph.after_visuals()
    await this.glyph.after_lazy_visuals()
  }
}
