"""Pages of the site that are made from the code: commands, schema, guideline, metrics.

mkdocs calls `on_files` (its hook) before it reads the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from annotate.cli.main import build_app
from annotate.guideline import render_guideline_markdown
from evaluation.coefficients import COEFFICIENTS
from schemas.load import load_schema


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    schema = load_schema()
    pages = {
        "reference/commands.md": render_commands(),
        "reference/schema.md": "\n".join(_schema(schema)),
        "reference/guideline.md": render_guideline_markdown(schema),
        "reference/metrics.md": _metrics(files),
    }
    for place, content in pages.items():
        known = files.get_file_from_path(place)
        if known is not None:
            files.remove(known)
        files.append(File.generated(config, place, content=content))
    return files


def render_commands() -> str:
    """Return every command with its options and example as Markdown."""
    parts = [
        "# Commands",
        "Exit status: 0 fine, 1 problems found, 2 a usage or data error. `-` reads "
        "standard input where documents are taken; results go to standard output, talk "
        "to standard error.",
    ]
    for name, command in _commands(typer.main.get_command(build_app()), ()):
        about, _, example = (command.help or "").partition("Example:")
        parts += [f"## miyar {name}", about.strip()]
        if example:
            parts.append("```\n" + " ".join(example.split()) + "\n```")
        rows = [_option(p) for p in command.params if p.name != "help"]
        if rows:
            parts.append("| option | meaning |\n|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(words), command
    for name, sub in (inner or {}).items():
        yield from _commands(sub, (*words, name))


def _option(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.name.upper()
    else:
        name = ", ".join(parameter.opts)
    text = " ".join((parameter.help or "").split()).replace("|", "\\|")
    default = parameter.default
    if isinstance(default, (int, float, str)) and not isinstance(default, bool):
        text += f" Default: {getattr(default, 'value', default)}."
    if parameter.required and parameter.param_type_name != "argument":
        text += " Required."
    return f"| `{name}` | {text} |"


def _schema(schema: Any) -> Iterator[str]:
    yield f"# Schema {schema.id} {schema.version}\n"
    yield "Generated from `schemas/political_news.yaml`.\n"
    yield "## Entities\n\n| label | Arabic | English | definition |\n|---|---|---|---|"
    for name, label in schema.entities.items():
        yield (
            f"| `{name}` | {label.name.ar} | {label.name.en} "
            f"| {_cell(label.definition.en)} |"
        )
    yield "\n## Events\n\n| label | Arabic | English | roles | PLOVER | CAMEO | ACE |"
    yield "|---|---|---|---|---|---|---|"
    for name, event in schema.events.items():
        roles = ", ".join(
            f"{role}{'*' if use.required else ''}" for role, use in event.roles.items()
        )
        same = event.equivalents
        yield (
            f"| `{name}` | {event.name.ar} | {event.name.en} | {roles} "
            f"| {same.get('plover') or '–'} | {same.get('cameo') or '–'} "
            f"| {same.get('ace') or '–'} |"
        )
    yield "\n\\* required. What may fill a role: `miyar schema show LABEL`."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _metrics(files: Files) -> str:
    """Return the written page with the list of coefficients filled in."""
    page = files.get_file_from_path("reference/metrics.md")
    assert page is not None
    chance = "| name | what it is |\n|---|---|\n" + "\n".join(
        f"| `{name}` | {text} |" for name, text in COEFFICIENTS.items()
    )
    return page.content_string.replace("<!-- coefficients -->", chance)
