"""Private parts of Dask change their arguments between versions; the engine uses none."""

import ast
from pathlib import Path

import pytest

import nncompare.engine

FILES = sorted(Path(nncompare.engine.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_only_what_is_public_or_its_own_is_used(file: Path) -> None:
    attributes = [
        node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Attribute)
    ]
    private = [node for node in attributes if node.attr.startswith("_") and not node.attr.startswith("__")]
    assert [ast.unparse(node) for node in private if ast.unparse(node.value) not in ("self", "cls")] == []
