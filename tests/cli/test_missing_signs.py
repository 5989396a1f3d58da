"""A terminal whose encoding lacks signs: nothing fails for them."""

from pathlib import Path

import pytest
from command import SMALL, called


@pytest.mark.parametrize(
    ("encoding", "batch"), [("ascii", "16 x 19 steps"), ("cp437", "16 x 19 steps"), ("cp1252", "16 × 19 steps")]
)
def test_the_result_is_printed(engine: None, encoding: str, batch: str) -> None:
    budget = ("--memory-budget", str(8 * 2**20), "--precision", "float32")  # more would fit in bfloat16
    flags = ("--a", "channels=8,epochs=1,batch_size=300", "--b", "none", *budget)
    code, out, err = called("compare", *SMALL, *flags, encoding=encoding)
    assert code == 0, err
    assert batch in out
    assert "model A: 100%" in err
    assert "\\x" not in out


@pytest.mark.parametrize("encoding", ["ascii", "cp437"])
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("doctor",), 0),
        (("runs",), 0),
        (("fetch", "synthetic-digits"), 0),
        (("fetch", "– × ł"), 2),
        (("compare", "--dataset", "– × ł"), 2),
        (("serve", "--ip", "– × ł"), 2),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_every_command_says_what_it_has_to(
    command: tuple[str, ...],
    code: int,
    encoding: str,
    synthetic_digits: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "– × ł"
    home.mkdir()
    (home / synthetic_digits.parent.name).symlink_to(synthetic_digits.parent)
    for variable in ("NNCOMPARE_HOME", "NNCOMPARE_DATA_DIR"):
        monkeypatch.setenv(variable, str(home))
    ended, out, err = called(*command, encoding=encoding)
    assert ended == code, err
    assert "- x \\u0142" in out + err


def test_a_file_whose_name_is_no_text_is_told() -> None:
    code, _, err = called("compare", "--config", "\udcff.json")
    assert code == 2
    assert err.startswith("nncompare: \\udcff.json cannot be read: ")
