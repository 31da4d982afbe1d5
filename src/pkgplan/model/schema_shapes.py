"""Schemas as trees without references, and what becomes of them: partial ones, and compact files.

Comes in: a tree in which `DEF` marks the models of the catalog. Goes out: another tree.
Never here: pydantic, or knowledge of a kind.
"""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

DEF: Final = "$def"
"""Marks a node with the name that it has under `$defs` once the tree is folded."""

_OF_THE_PLACE: Final = ("description", "examples")
_DEMANDS: Final = frozenset({"required", "minProperties", "if", "then", "allOf"})
_WALKED: Final = frozenset(
    {"items", "additionalProperties", "propertyNames", "if", "then", "else", "not", "anyOf", "allOf"}
)


def partial(node: Schema) -> Schema:
    """The schema of a mapping of which any part may be missing, at any depth.

    The entries of lists keep what they demand: a list is replaced as a whole, so nothing can be added to them.
    """
    kept = {key: value for key, value in node.items() if key not in _DEMANDS}
    if DEF in node:
        kept[DEF] = f"Partial{node[DEF]}"
    return _with_children(kept, partial)


def nullable(node: Schema) -> Schema:
    """The schema of a mapping whose entries may be `null`, at any depth, lists left out."""
    return _with_children(node, lambda child: _or_null(nullable(child)))


def folded(tree: Schema) -> Schema:
    """The same schema with every model and every type of ours once, under `$defs`."""
    definitions: Schema = {}
    folded_tree = _fold(tree, definitions)
    return {**folded_tree, "$defs": dict(sorted(definitions.items()))} if definitions else folded_tree


def unmarked(node: Any) -> Any:
    """The tree without the marks."""
    if isinstance(node, list):
        return [unmarked(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: value if key == "examples" else unmarked(value) for key, value in node.items() if key != DEF}


def _with_children(node: Schema, change: Any) -> Schema:
    changed = dict(node)
    if "properties" in node:
        changed["properties"] = {name: change(child) for name, child in node["properties"].items()}
    if isinstance(node.get("additionalProperties"), dict):
        changed["additionalProperties"] = change(node["additionalProperties"])
    return changed


def _or_null(node: Schema) -> Schema:
    if "type" in node and DEF not in node and "x-pkgplan" not in node:
        values = {"enum": [*node["enum"], None]} if "enum" in node else {}
        return {**node, "type": [node["type"], "null"], **values}
    bare = {key: value for key, value in node.items() if key not in _OF_THE_PLACE}
    place: Schema = {key: node[key] for key in _OF_THE_PLACE if key in node}
    return {**place, "anyOf": [bare, {"type": "null"}]}


def _fold(node: Any, definitions: Schema) -> Any:
    if isinstance(node, list):
        return [_fold(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    body = {key: _fold_keyword(key, value, definitions) for key, value in node.items() if key != DEF}
    name = node.get(DEF, node.get("x-pkgplan"))
    if name is None:
        return body
    place = {key: body.pop(key) for key in _OF_THE_PLACE if key in body}
    if definitions.setdefault(name, body) != body:  # a key of another length, for one
        return {**place, **body}
    return {**place, "$ref": f"#/$defs/{name}"}


def _fold_keyword(key: str, value: Any, definitions: Schema) -> Any:
    if key == "properties":
        return {name: _fold(child, definitions) for name, child in value.items()}
    return _fold(value, definitions) if key in _WALKED else value
