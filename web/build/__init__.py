"""Makes `dist/site`: the whole program as files, ready for any static host and any path on it.

`python -m web.build` reads as a contents page (`__main__`). What goes into the archives is decided in `contents`.
"""
