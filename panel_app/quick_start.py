"""Work that Bokeh does for documentation and caution, left out of the start in the browser: about a third of it.

Bokeh is pinned, and `tests/browser` would show it if a new version did not fit this any more.
"""

from __future__ import annotations

import gc
from functools import cache
from typing import Any


def import_bokeh() -> None:
    """Import Bokeh's models without a signature for each of 400 classes, which only documentation and consoles read."""
    from bokeh.model import Model

    model: Any = Model
    parameters = vars(model)["parameters"]
    model.parameters = classmethod(lambda cls: [])
    try:
        import bokeh.models  # noqa: F401
    finally:
        model.parameters = parameters


def remember_defaults() -> None:
    """What Bokeh works out again for every value, though it depends on the class or the property alone."""
    from bokeh.core import has_props
    from bokeh.core.property import bases

    owner: Any = has_props.HasProps
    remembering: Any = cache(vars(owner)["_overridden_defaults"].__func__)
    owner._overridden_defaults = classmethod(remembering)
    kind: Any
    for kind in (bases.Property, bases.ParameterizedProperty):
        kind._may_have_unstable_default = _once_each(kind._may_have_unstable_default)


def pause_collection() -> None:
    """Nearly all that is made while starting stays: looking for garbage in it again and again finds none."""
    gc.disable()


def resume_collection() -> None:
    """Collect from now on, but leave alone what is there already."""
    gc.freeze()
    gc.enable()


def _once_each(method: Any) -> Any:
    name = f"_remembered_{method.__qualname__.replace('.', '_')}"

    def remembering(self: Any) -> Any:
        known = self.__dict__.get(name)
        if known is None:
            known = self.__dict__[name] = method(self)
        return known

    return remembering
