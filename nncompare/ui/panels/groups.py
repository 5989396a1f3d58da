"""The groups of images in words, and the parts of the bar that shows how many each of them has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nncompare.analysis import Group

_WORDS = {
    Group.DISAGREE: "on which they disagree",
    Group.ONLY_A_WRONG: "that only B got right",
    Group.ONLY_B_WRONG: "that only A got right",
    Group.BOTH_WRONG: "that both got wrong",
    Group.BOTH_RIGHT: "that both got right",
    Group.SUSPECT: "perhaps mislabelled",
}


@dataclass(frozen=True)
class Part:
    """A part of the bar: its group, its name, and how it looks; the first one is cut, as it is by far the largest."""

    group: Group
    name: str
    css_class: str


BAR_OF_TWO = (
    Part(Group.BOTH_RIGHT, "both right", "nnc-all-right"),
    Part(Group.ONLY_B_WRONG, "only A right", "nnc-a"),
    Part(Group.ONLY_A_WRONG, "only B right", "nnc-b"),
    Part(Group.BOTH_WRONG, "both wrong", "nnc-all-wrong"),
)
BAR_OF_ONE = (Part(Group.BOTH_RIGHT, "right", "nnc-all-right"), Part(Group.BOTH_WRONG, "wrong", "nnc-all-wrong"))


def rest_of(counts: Mapping[Group, int]) -> str:
    """Say how many disagreements are no group of only one right model: 284 of them both wrong, differently."""
    rest = counts[Group.DISAGREE] - counts[Group.ONLY_A_WRONG] - counts[Group.ONLY_B_WRONG]
    return f"{rest:,} of them both wrong, differently" if rest else ""


def words_of(group: Group, count: int, names: Sequence[str]) -> str:
    """Return how many images of a group there are: 66 images that only B got right."""
    words = _WORDS.get(group, "")
    if len(names) == 1:
        words = words.replace("both", names[0])
    return f"{count:,} image{'' if count == 1 else 's'} {words}".rstrip()
