"""The features of the option sets in conf/features, read without the command line's machinery."""

from pathlib import Path

import yaml
from hydra.utils import get_object

FAMILIES = ("book", "flow", "price", "clock")
CONF = Path(__file__).resolve().parents[2] / "conf" / "features"


def of_family(family):
    """The market features of one option, as the NamedTuples they name."""
    entries = yaml.safe_load((CONF / f"{family}.yaml").read_text())["market"].values()
    return tuple(
        get_object(entry["_target_"])(**{k: v for k, v in entry.items() if k != "_target_"})
        for entry in entries
    )


def of_all():
    """Those of every family, in the order of the option `full`."""
    return sum((of_family(family) for family in FAMILIES), ())
