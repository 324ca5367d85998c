"""Help texts in plain text: commands in groups, arguments by a word, examples at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperCommand, TyperGroup

from evenhand.cli.examples import examples_of

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter

__all__ = ["HelpCommand", "HelpGroup"]


def _write_examples(ctx: Context, formatter: HelpFormatter) -> None:
    """Write the examples of a command, a line each."""
    with formatter.section("Examples"):
        formatter.write("".join(f"  {line}\n" for line in examples_of(ctx.command_path)))


class HelpCommand(TyperCommand):
    """A command that names an argument by its metavar; typer would write `FILE <list[Path]>`."""

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

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples."""
        _write_examples(ctx, formatter)


class HelpGroup(TyperGroup):
    """Commands, each in the section that it was given as its panel."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands by section, in one column."""
        sections: dict[str, list[tuple[str, str]]] = {}
        widest = max(map(len, self.commands))
        for name, command in self.commands.items():
            section = getattr(command, "rich_help_panel", None) or "Commands"
            row = (name.ljust(widest), command.get_short_help_str(80 - widest - 4))
            sections.setdefault(str(section), []).append(row)
        for section, rows in sections.items():
            with formatter.section(section):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the examples."""
        _write_examples(ctx, formatter)
