"""The command `levels`."""

import pyarrow.parquet as pq

from hft_gym.commands.main import main
from tests.dbn_files import LAST, UNDEF_PRICE, mbo, write


def test_a_table(tmp_path, capsys):
    records = mbo(("A", "B", 1, 10, 5, LAST), ("C", "B", 9, 10, 5, LAST), ("N", "N", 0, None, 0, 0))
    path = write(tmp_path / "a.dbn.zst", records)
    out = tmp_path / "out.parquet"
    arguments = ["levels", str(path), "--depth", "2", "--price", "fixed", "-o", str(out)]
    assert main([*arguments, "--instrument", "ESH4"]) == 0
    said = capsys.readouterr()
    assert said.out == f"{out}: 2 rows of 3 records; anomalies: unknown_cancel 1\n"
    assert said.err == ""
    table = pq.read_table(out).to_pydict()
    assert table["bid_px_00"] == [2_500_000_000] * 2
    assert table["bid_px_01"] == [UNDEF_PRICE] * 2
    assert table["bid_ct_00"] == [1, 1]


def test_bad_input(tmp_path, capsys):
    assert main(["levels", str(tmp_path / "no.dbn"), "-o", str(tmp_path / "out.parquet")]) == 2
    assert "no such file" in capsys.readouterr().err
    path = write(tmp_path / "a.dbn", mbo())
    assert main(["levels", str(path), "-o", str(tmp_path / "x.csv"), "--price", "decimal"]) == 2
    assert "'decimal' is not one of float, fixed" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["a.dbn"]
