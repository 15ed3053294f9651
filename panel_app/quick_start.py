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

    parameters = Model.__dict__["parameters"]
    Model.parameters = classmethod(lambda cls: [])  # type: ignore[method-assign, assignment]
    try:
        import bokeh.models  # noqa: F401
    finally:
        Model.parameters = parameters  # type: ignore[method-assign]


def remember_defaults() -> None:
    """What Bokeh works out again for every value of every model, though it depends on the class or the property alone."""
    from bokeh.core.has_props import HasProps
    from bokeh.core.property.bases import ParameterizedProperty, Property

    overridden = HasProps.__dict__["_overridden_defaults"].__func__
    HasProps._overridden_defaults = classmethod(cache(overridden))  # type: ignore[method-assign, assignment]
    for kind in (Property, ParameterizedProperty):
        kind._may_have_unstable_default = _once_each(kind._may_have_unstable_default)  # type: ignore[method-assign]


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
