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


@cache
def remember_defaults() -> None:
    """Let Bokeh keep the default of each property of each class instead of making it anew for each of 600 models.

    Only defaults that Bokeh itself calls stable: numbers, texts and the like, the same for every model of a class.
    """
    from bokeh.core.has_props import HasProps
    from bokeh.core.property.descriptors import PropertyDescriptor

    stable: dict[tuple[type, str], Any] = {}
    descriptor: Any = PropertyDescriptor
    make = descriptor._get_default

    def get_default(self: Any, model: Any) -> Any:
        place = type(model), self.name
        themed = model.themed_values()
        if themed is not None and self.name in themed:
            return make(self, model)
        if place in stable:
            return stable[place]
        default = make(self, model)
        if not self.has_unstable_default(model):
            stable[place] = default
        return default

    descriptor._get_default = get_default
    # The same answer as Bokeh's own, without the error that it makes and catches for every model without a theme.
    owner: Any = HasProps
    owner.themed_values = lambda self: self.__dict__.get("__themed_values__")


def pause_collection() -> None:
    """Nearly all that is made while starting stays: looking for garbage in it again and again finds none."""
    gc.disable()


def resume_collection() -> None:
    """Collect from now on, but leave alone what is there already."""
    gc.freeze()
    gc.enable()


def tidy() -> None:
    """Leave in memory only what a later visit can need: no garbage, no caches, nothing that only people read."""
    import linecache
    import re
    import types

    from bokeh.core.property.bases import Property
    from param import Parameter

    gc.unfreeze()
    for item in gc.get_objects():
        if isinstance(item, types.FunctionType):
            item.__doc__ = None
        elif isinstance(item, Property):
            item._help = None
        elif isinstance(item, Parameter):
            object.__setattr__(item, "doc", None)
    re.purge()
    linecache.clearcache()
    gc.collect()
    gc.freeze()
