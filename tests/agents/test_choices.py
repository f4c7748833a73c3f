"""Probabilities, entropies, gradients and draws against torch.distributions."""

import numpy as np
import pytest
import torch
from gymnasium import spaces
from torch.distributions import Categorical

from agents.choices import Choices

SIZES = [(1, 5), (2, 7), (3, 2)]


def sample_of(choices, n=200):
    generator = torch.Generator().manual_seed(0)
    shape = (n, choices.heads * choices.options)
    logits = 3.0 * torch.randn(shape, generator=generator, dtype=torch.float64)
    actions = torch.randint(choices.options, (n, choices.heads), generator=generator)
    weights = torch.randn((2, n), generator=generator, dtype=torch.float64)
    return logits.requires_grad_(), actions, weights


def test_which_spaces_are_choices():
    assert Choices.of(spaces.Discrete(16)) == Choices(1, 16)
    assert Choices.of(spaces.MultiDiscrete([7, 7])) == Choices(2, 7)
    assert Choices.of(spaces.MultiDiscrete([7, 3])) is None
    assert Choices.of(spaces.Box(-1.0, 1.0, (2,))) is None


@pytest.mark.parametrize("sizes", SIZES)
def test_judgement_and_gradient_are_those_of_torch(sizes):
    choices = Choices(*sizes)
    logits, actions, weights = sample_of(choices)

    def gradient(log_prob, entropy):
        logits.grad = None
        (weights[0] @ log_prob + weights[1] @ entropy).backward()
        return logits.grad.clone()

    law = Categorical(logits=logits.view(-1, *sizes))
    expected = law.log_prob(actions).sum(-1), law.entropy().sum(-1)
    found = choices.judge(logits, actions)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient(*found), gradient(*expected))
    # whole numbers of any type, as a rollout buffer may keep them
    torch.testing.assert_close(choices.judge(logits, actions.float())[0], expected[0])


def test_extreme_logits_stay_finite():
    logits = torch.tensor([[0.0, 200.0, -200.0], [1e4, -1e4, 0.0]], requires_grad=True)
    log_prob, entropy = Choices(1, 3).judge(logits, torch.tensor([[1], [0]]))
    (log_prob + entropy).sum().backward()
    assert log_prob.tolist() == entropy.tolist() == [0.0, 0.0]
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("sizes", SIZES)
def test_draws_follow_the_probabilities(sizes):
    choices = Choices(*sizes)
    one, _, _ = sample_of(choices, 1)
    n = 20_000
    torch.manual_seed(0)
    actions, log_prob = choices.draw(one.detach().expand(n, -1))
    assert actions.shape == (n, choices.heads)
    assert actions.dtype == torch.int64
    p = one.detach().view(sizes).softmax(-1)
    for head in range(choices.heads):
        share = np.bincount(actions[:, head], minlength=choices.options) / n
        assert np.abs(share - p[head].numpy()).max() < 4.0 * 0.5 / n**0.5
    torch.testing.assert_close(log_prob, choices.judge(one.expand(n, -1), actions)[0].detach())


def test_what_cannot_be_drawn_is_not_drawn():
    logits = torch.tensor([[-1e9, 0.0, -1e9]]).expand(5000, -1)
    assert (Choices(1, 3).draw(logits)[0] == 1).all()


def test_the_best_choice():
    logits = torch.tensor([[0.0, 2.0, 1.0, 5.0, 0.0, 1.0]])
    actions, log_prob = Choices(2, 3).best(logits)
    assert actions.tolist() == [[1, 0]]
    assert log_prob.item() == pytest.approx(logits.view(2, 3).log_softmax(-1).amax(-1).sum().item())
