"""What a command line says twice, or to no effect."""

from collections.abc import Collection
from typing import Any

import typer


def named_once(context: typer.Context, argument: str, option: str) -> Any:
    """The value of an argument, or else of the option that means the same. Raises BadParameter if both are given."""
    value = context.params[argument]
    if value is None:
        return context.params[option]
    if is_given(context, option):
        raise typer.BadParameter(f"name it once, either as {argument.upper()} or with {spelled(context, option)}")
    return value


def given_beside(context: typer.Context, names: Collection[str]) -> list[str]:
    """What stands on the command line beside these, as it is spelled."""
    there = [each.name for each in context.command.params if each.name and is_given(context, each.name)]
    return [spelled(context, name) for name in there if name not in names]


def is_given(context: typer.Context, name: str) -> bool:
    """Whether a parameter stands on the command line: not its default, nor the environment's."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def spelled(context: typer.Context, name: str) -> str:
    """A parameter as one writes it."""
    [parameter] = [each for each in context.command.params if each.name == name]
    return parameter.opts[0] if parameter.param_type_name == "option" else name.upper()
