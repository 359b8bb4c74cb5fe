"""Values that a JSON schema allows, for property tests. It knows no form."""

from hypothesis import strategies as st

# Browsers send no lone return, whatever was pasted.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\r")


def valid(schema, definitions=None):
    """Values that fit a schema; short ones, where it allows long ones."""
    definitions = schema.get("$defs", {}) if definitions is None else definitions
    if "$ref" in schema:
        return valid(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return st.one_of([valid(option, definitions) for option in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema["type"]
    if kind == "string":
        least = schema.get("minLength", 0)
        return st.sampled_from(["a\nb", "\n a", " ", "on", "0"]) | st.text(CHARACTERS, min_size=least, max_size=max(least, 12))
    if kind == "integer":
        return st.integers(schema.get("minimum"), schema.get("maximum"))
    if kind == "number":
        return st.floats(
            schema.get("minimum", schema.get("exclusiveMinimum")),
            schema.get("maximum", schema.get("exclusiveMaximum")),
            exclude_min="exclusiveMinimum" in schema,
            exclude_max="exclusiveMaximum" in schema,
            allow_nan=False,
            allow_infinity=False,
        )
    if kind == "array":
        least = schema.get("minItems", 0)
        return st.lists(valid(schema["items"], definitions), min_size=least, max_size=min(least + 3, schema.get("maxItems", 9)))
    if kind == "object":
        fields = {name: valid(part, definitions) for name, part in schema.get("properties", {}).items()}
        needed = {name: fields.pop(name) for name in schema.get("required", ())}
        return st.fixed_dictionaries(needed, optional=fields)
    return {"null": st.none(), "boolean": st.booleans()}[kind]
