"""Completes what is typed on the console: commands, names of arguments, values where there are only some."""

from collections.abc import Iterable, Iterator, Mapping

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from game.people.console.parameters import Parameter, parameters
from tools import Tool


class LineCompleter(Completer):
    """Completes lines.

    Args:
        commands: what each of the console's own does, by name.
        tools: that are granted, by name.
    """

    def __init__(self, commands: Mapping[str, str], tools: Mapping[str, Tool]) -> None:
        self._commands = dict(commands) | {name: tool.description.splitlines()[0] for name, tool in tools.items()}
        self._parameters = {name: parameters(tool) for name, tool in tools.items()}

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        """What may stand at the cursor."""
        words = document.text_before_cursor.lstrip().split(" ")
        last = words[-1]
        if len(words) == 1 or (words[0] == "help" and len(words) == 2):
            yield from (Completion(name, -len(last), display_meta=about) for name, about in self._commands.items() if name.startswith(last))
        elif words[0] in self._parameters:
            yield from _arguments(self._parameters[words[0]], last, set(words[1:-1]))


def _arguments(known: Mapping[str, Parameter], last: str, before: set[str]) -> Iterator[Completion]:
    name, given, value = last.partition("=")
    if given:
        choices = known[name].choices or (("yes", "no") if known[name].kind == "yes or no" else ()) if name in known else ()
        yield from (Completion(choice, -len(value)) for choice in choices if choice.startswith(value))
        return
    taken = {word.partition("=")[0] for word in before}
    for parameter in known.values():
        if parameter.name.startswith(last) and parameter.name not in taken:
            yield Completion(f"{parameter.name}=", -len(last), display_meta=f"{parameter.about}. {parameter.meaning}")
