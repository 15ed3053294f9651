"""What the pictures show, as numbers: pure functions from a run to columns, with numpy and nothing of Bokeh or Panel.

Read in this order: `numbers`, `clock` and `letters` (how things are written), `run_index` (a run indexed for drawing),
`moments` and `gridlock` (what happened), `layout`, `labels` and `curves` (where things are), `flows` (how large),
`scenario_scale` (what is fixed), then `network` with `waiting_row` and `moment_labels`, `strip` and `charts`;
`columns` is what they give. All lengths are CSS pixels with y downwards; all amounts are cents; ticks count from 0.
"""
