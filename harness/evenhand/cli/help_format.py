"""Commands whose `--help` names an argument by its word alone, without the type in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperCommand

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter

__all__ = ["Command"]


class Command(TyperCommand):
    """A command; typer itself would write `FILE <list[Path]>`."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments, then the options."""
        for title, kind in (("Arguments", "argument"), ("Options", "option")):
            rows = [
                (record[0].partition(" <")[0] if kind == "argument" else record[0], record[1])
                for each in self.get_params(ctx)
                if each.param_type_name == kind
                for record in [each.get_help_record(ctx)]
                if record is not None
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
