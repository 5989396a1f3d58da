"""Templates into HTML, everything escaped; figures in them are written as `words` writes them."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from nncompare import words


def fill(package: str, template: str, **values: Any) -> Markup:
    """Fill a template from the folder ``templates`` of a package."""
    return Markup(_environment(package).get_template(template).render(**values))


@cache
def _environment(package: str) -> Environment:
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in words.__all__:
        environment.filters[name] = getattr(words, name)
    return environment
