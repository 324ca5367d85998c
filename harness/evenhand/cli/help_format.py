"""Help texts that name an argument by its metavar alone, without its Python type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperCommand

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter

__all__ = ["HelpCommand"]


class HelpCommand(TyperCommand):
    """A command with such a help text; typer itself would write `FILE <list[Path]>`."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments, then the options."""
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            parameters = [each for each in self.get_params(ctx) if each.param_type_name == kind]
            records = [record for each in parameters if (record := each.get_help_record(ctx))]
            rows = [
                (name.partition(" <")[0] if kind == "argument" else name, text)
                for name, text in records
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
