"""From what people write to what the engine reads.

text ── `yaml_text`, `json_text` ──▶ `Node` tree with positions ── `aliases` ──▶ canonical tree canonical tree ──
`references`, `support`, `schema` ──▶ every problem at once, or a `SimulationConfig` ──▶ `engine_input`
"""
