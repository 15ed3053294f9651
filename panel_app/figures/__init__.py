"""What the pictures show, as numbers: pure functions from a run to columns, with numpy and nothing of Bokeh or Panel.

Read in this order: `numbers` and `clock` (how amounts and times are written), `run_index` (a run indexed for drawing),
`moments` and `gridlock` (what happened), `layout`, `labels` and `curves` (where things are), `flows` (how large),
`scenario_scale` (what is fixed), `network`, `strip`, `charts` (whole pictures). All lengths are CSS pixels with y
downwards; all amounts are cents; ticks count from 0.
"""
