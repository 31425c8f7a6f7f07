"""Commands whose modules are imported when they are run: all of them together take two seconds."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


class LazyCommand(TyperCommand):
    """Stands for a command, or a group of them, in lists; is replaced by it where one is run, or asked for its help.

    ``where``: module and name of the function or of the ``typer.Typer``; ``says``: the first paragraph of its help.
    """

    def __init__(self, name: str, where: str, says: str) -> None:
        super().__init__(name, help=says)
        self._name, self._where = name, where

    def make_context(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 -- click's context, which typer hides
        """The context of the command itself."""
        return self.loaded().make_context(*arguments, **options)

    def loaded(self) -> Any:  # noqa: ANN401 -- click's command, which typer hides
        """The command itself."""
        module, _, attribute = self._where.partition(":")
        found = getattr(import_module(module), attribute)
        holder = typer.Typer()
        if isinstance(found, typer.Typer):
            holder.add_typer(found, name=self._name)
        else:
            holder.command(self._name)(found)
        return _flowing(get_group(holder).commands[self._name])


def _flowing(command: Any) -> Any:  # noqa: ANN401 -- as above
    """Its paragraphs as long lines: typer breaks them at the width of the terminal, and where the code does as well."""
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    if isinstance(command, TyperGroup):
        for part in command.commands.values():
            _flowing(part)
    return command
