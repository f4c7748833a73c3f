"""The judgement of an agent beside the rules, on held-out windows: table, picture, report."""

import json
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
from hydra.utils import instantiate
from numpy.typing import NDArray
from omegaconf import DictConfig
from stable_baselines3.common.base_class import BaseAlgorithm

from agents import build
from agents.run_folder import RunFolder
from agents.settings import as_yaml
from hft_gym.envs.dataset import Dataset, Split
from hft_gym.envs.observations.seen import Observation
from hft_gym.evaluation import picture, table
from hft_gym.evaluation.curve import TrainingCurve
from hft_gym.evaluation.intervals import Interval
from hft_gym.evaluation.report import Picture, Report, as_html
from hft_gym.evaluation.rollout import (
    LearnedPolicy,
    RulePolicy,
    held_out_windows,
    judge,
)
from hft_gym.evaluation.summary import (
    Basis,
    Summary,
    basis_of,
    paired_difference,
    summarise,
)
from hft_gym.evaluation.trace import Trace, trace
from hft_gym.strategies.calibration import sample_of

_MOST_ENVS = 256
_WIDTH = 138  # of the sentences below the table, which is as wide


@dataclass(frozen=True)
class Judgement:
    """How the agent did beside the rules.

    Attributes:
        summaries: the figures of every policy, the agent's first.
        basis: what they are per.
        leads: by rule, the agent's reward less the rule's, window by window.
        shown: one of the agent's windows, moment by moment.
    """

    summaries: list[Summary]
    basis: Basis
    leads: dict[str, Interval]
    shown: Trace

    @property
    def text(self) -> str:
        """The table for a terminal, and the leads below it."""
        leads = table.leads(self.summaries[0].policy, self.leads)
        # blanks that no line ends at keep a figure and its interval together
        lines = (line.replace(" ± ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}") for line in leads)
        below = "".join(f"{fill(line, _WIDTH, subsequent_indent='  ')}\n" for line in lines)
        return table.as_text(self.summaries, self.basis) + below.replace("\N{NO-BREAK SPACE}", " ")


def judgement(config: DictConfig, data: Split, model: BaseAlgorithm, name: str) -> Judgement:
    """Run the agent and every strategy of the settings over the same held-out windows.

    Raises:
        ConfigError: no window fits the held-out data, or a strategy's parameter is out of range.
        InputError: the training data are too few to calibrate a strategy.
    """
    length = config.env.episode_decisions
    windows = held_out_windows(data.test, length, config.evaluation.episodes)
    num_envs = min(len(windows), _MOST_ENVS)
    core = build.core(config, data.test, num_envs)
    learned = LearnedPolicy(name, Predictor(model, config.evaluation.deterministic))
    parts = build.rule_models(core.models)
    of_rules = core if parts is core.models else build.core(config, data.test, num_envs, parts)
    rules = [RulePolicy(rule) for rule in strategies(config, data.train)]
    tables = [judge(core, learned, windows), *(judge(of_rules, rule, windows) for rule in rules)]
    tapes = len(np.unique(windows[:, 0]))
    instrument = data.test.markets[0].tape.meta.instrument
    basis = basis_of(tables, instrument, len(data.test.windows(length)) / tapes)
    summaries = [summarise(of_policy, basis) for of_policy in tables]
    middle = np.argsort(tables[0].episodes["pnl_ticks"])[len(windows) // 2]
    leads = {each.policy: paired_difference(tables[0], each, "reward") for each in tables[1:]}
    return Judgement(summaries, basis, leads, trace(core, learned, windows[middle]))


def strategies(config: DictConfig, train: Dataset) -> list[Any]:
    """The rules of the settings, calibrated on training data where they ask for it."""
    rules = [instantiate(part) for part in config.strategy.values()]
    if any(hasattr(rule, "calibrated") for rule in rules):
        sample = sample_of(train)
        rules = [r.calibrated(sample) if hasattr(r, "calibrated") else r for r in rules]
    return rules


def write(folder: RunFolder, config: DictConfig, found: Judgement, curve: str | None) -> None:
    """Write table.txt, table.json, picture.png and report.html.

    Args:
        folder: where to.
        config: the settings, shown in the report.
        found: what is written.
        curve: text of the run's curve.json, if there is one.

    Raises:
        InputError: the folder cannot be written.
    """
    png = picture.png(found.shown, found.basis.instrument)
    folder.write("table.txt", found.text)
    folder.write("table.json", table.as_json(found.summaries, found.basis))
    folder.write("picture.png", png)
    agent = found.summaries[0].policy
    caption = f"{agent}: the held-out window of median PnL"
    report = Report(
        title=folder.path.name,
        lead=f"{agent} after {config.total_timesteps:,} steps of training, beside rules.",
        summaries=found.summaries,
        basis=found.basis,
        remarks=table.leads(agent, found.leads),
        pictures=[Picture(caption, png)],
        curve=None if curve is None else TrainingCurve(**json.loads(curve)),
        config_yaml=as_yaml(config),
        versions=_flat(json.loads(folder.read("versions.json") or "{}")),
        marked=agent,
    )
    folder.write("report.html", as_html(report))


class Predictor:
    """What an agent does, from observations to actions; one with a memory forgets at `begin`."""

    def __init__(self, model: BaseAlgorithm, deterministic: bool) -> None:
        self._model = model
        self._deterministic = deterministic
        self._state: Any = None

    def begin(self) -> None:
        """New windows begin."""
        self._state = None

    def __call__(self, observations: Observation) -> NDArray[Any]:
        """`[n, ...]` actions; statistics of the training normalise, and stay as they are."""
        normalise = self._model.get_vec_normalize_env()
        seen = observations if normalise is None else normalise.normalize_obs(observations)
        actions, self._state = self._model.predict(
            seen, self._state, deterministic=self._deterministic
        )
        return actions


def _flat(nested: dict[str, Any], head: str = "") -> dict[str, str]:
    found = {}
    for key, value in nested.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{head}{key} "))
        else:
            found[head + key] = str(value)
    return found
