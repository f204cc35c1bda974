"""remember, recall, forget: the notes of the mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from claudemesh_cli.output import Output, clean, common_options, pass_output

if TYPE_CHECKING:
    from claudemesh_wire.fields import Memory
    from rich.console import Console

_MAX_NOTE = 32_768
_MAX_QUERY = 1_024
_MAX_TAGS = 32


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--tag", "tags", multiple=True, help="A word to find it by; repeatable.")
@common_options
@pass_output
def remember(output: Output, text: tuple[str, ...], tags: tuple[str, ...]) -> None:
    """Keep a note for the whole mesh. The broker can read it: no secrets."""
    from claudemesh_wire.broker import MemoryStored
    from claudemesh_wire.client import Remember

    from claudemesh_cli.commands.request import ask

    content = _bounded(text, _MAX_NOTE, "a note")
    if len(tags) > _MAX_TAGS:
        raise click.BadParameter(f"a note has at most {_MAX_TAGS} tags.")
    entry, stored = ask(output, Remember(content=content, tags=list(tags) or None), MemoryStored)
    output.data(
        {"mesh": entry.slug, "id": stored.id},
        lambda console: console.print(f"Remembered. (id {clean(stored.id)})"),
    )


@click.command()
@click.argument("query", nargs=-1)
@common_options
@pass_output
def recall(output: Output, query: tuple[str, ...]) -> None:
    """Find notes by words, the best first."""
    from claudemesh_wire.broker import MemoryResults
    from claudemesh_wire.client import Recall

    from claudemesh_cli.commands.request import ask

    words = " ".join(query)
    if len(words) > _MAX_QUERY:
        raise click.BadParameter(f"a query has at most {_MAX_QUERY} characters.")
    entry, found = ask(output, Recall(query=words), MemoryResults)

    def render(console: Console) -> None:
        for memory in found.memories:
            console.print(_block(memory))
        if not found.memories:
            console.print("Nothing found.")

    rows = [
        {
            "id": memory.id,
            "content": memory.content,
            "tags": memory.tags,
            "remembered_by": memory.remembered_by,
            "remembered_at": memory.remembered_at,
        }
        for memory in found.memories
    ]
    output.data({"mesh": entry.slug, "memories": rows}, render)


@click.command()
@click.argument("id")
@common_options
@pass_output
def forget(output: Output, id: str) -> None:
    """Remove a note, by the id that `recall` shows."""
    from claudemesh_wire.broker import Ok
    from claudemesh_wire.client import Forget

    from claudemesh_cli.commands.request import ask

    entry, _ = ask(output, Forget(memory_id=id), Ok)
    output.data({"mesh": entry.slug, "forgotten": id}, lambda console: console.print("Forgotten."))


def _bounded(words: tuple[str, ...], most: int, what: str) -> str:
    text = " ".join(words)
    if not text.strip():
        raise click.BadParameter("there is no text.")
    if len(text) > most:
        raise click.BadParameter(f"{what} has at most {most} characters.")
    return text


def _block(memory: Memory) -> str:
    from claudemesh_cli.views.ages import clock

    tags = "".join(f" #{tag}" for tag in memory.tags)
    head = f"{memory.id}  {clock(memory.remembered_at)}  {memory.remembered_by}{tags}"
    body = clean(memory.content).replace("\n", "\n  ")
    return f"{clean(head, one_line=True)}\n  {body}"
