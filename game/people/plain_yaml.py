"""Reads YAML, and so JSON, that people write: only what JSON can say, with an error that names the place. It knows no field."""

import json

import yaml
from pydantic import JsonValue


class PlainYamlError(ValueError):
    """A text cannot be read; the message says where and why."""


class _Loader(yaml.SafeLoader):
    """Reads only what JSON can say: what looks like a date is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_plain_yaml(text: str, longest: int) -> dict[str, JsonValue]:
    """The fields of a text; none of an empty one.

    Args:
        text: YAML or JSON.
        longest: characters that are read at most.

    Raises:
        PlainYamlError: it is too long, is no YAML, says what JSON cannot, or holds no fields.
    """
    if len(text) > longest:
        raise PlainYamlError(f"the file has {len(text):,} characters, and at most {longest:,} are read")
    try:
        # One name for many values: a short text could stand for one of any length.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
            raise PlainYamlError("a value that begins with * or & needs quotes")
        found = json.loads(json.dumps(yaml.load(text, Loader=_Loader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise PlainYamlError(f"{where}{error.problem or error.context} (a text with : or # in it needs quotes)") from error
    except PlainYamlError:
        raise
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise PlainYamlError(f"the file cannot be read: {' '.join(str(error).split())[:200]}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise PlainYamlError("the file holds no fields: each stands on a line of its own, as in objective_found: yes")
    return found
