"""Categorical actions in a few operations on whole tensors, with their gradients in closed form.

`torch.distributions` normalises along the last axis, whose few options a processor's wide registers
cannot fill, and leaves the rest to automatic differentiation: ten times the work. Here the samples
are the last axis.
"""

from dataclasses import dataclass
from typing import Any

import torch
from gymnasium import spaces
from torch.autograd.function import once_differentiable


@dataclass(frozen=True, slots=True)
class Choices:
    """Independent choices among equally many: the actions of Discrete and of some MultiDiscrete.

    Attributes:
        heads: how many choices are made at once.
        options: among how many each.
    """

    heads: int
    options: int

    @staticmethod
    def of(space: spaces.Space[Any]) -> "Choices | None":
        """The choices of an action space; None for one of another kind."""
        if isinstance(space, spaces.Discrete):
            return Choices(1, int(space.n))
        if isinstance(space, spaces.MultiDiscrete) and space.nvec.ndim == 1:
            sizes = {int(size) for size in space.nvec}
            return Choices(len(space.nvec), sizes.pop()) if len(sizes) == 1 else None
        return None

    def draw(self, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Actions and their log probabilities, by inverting the distribution function.

        Args:
            logits: `[n, heads * options]`.

        Returns:
            `[n, heads]` i8 and `[n]`.
        """
        z = self.centred(logits)
        below = z.exp().cumsum(1)
        total = below[:, -1:]
        at = torch.rand((self.heads, 1, len(logits)), device=logits.device) * total
        actions = (below[:, :-1] <= at).sum(1, keepdim=True)
        log_prob = (z.gather(1, actions) - total.log()).sum((0, 1))
        return actions[:, 0].t().contiguous(), log_prob

    def best(self, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The most likely actions `[n, heads]` and their log probabilities `[n]`."""
        actions = logits.view(-1, self.heads, self.options).argmax(-1)
        return actions, self.judge(logits, actions)[0]

    def judge(
        self, logits: torch.Tensor, actions: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Log probabilities of actions, and entropies in nats; both `[n]`, all choices together.

        Args:
            logits: `[n, heads * options]`.
            actions: `[n, heads]` or, with one head, `[n]`; whole numbers of any type.
        """
        log_prob, entropy = _Judge.apply(logits, actions.view(-1, self.heads), self)
        return log_prob, entropy

    def centred(self, logits: torch.Tensor) -> torch.Tensor:
        """`[heads, options, n]` logits, the largest of each choice 0."""
        z = logits.t().contiguous().view(self.heads, self.options, -1)
        return z - z.amax(1, keepdim=True)


class _Judge(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, logits: torch.Tensor, actions: torch.Tensor, choices: Choices
    ) -> tuple[torch.Tensor, torch.Tensor]:
        log_p = choices.centred(logits)
        p = log_p.exp()
        total = p.sum(1, keepdim=True)
        p /= total
        log_p -= total.log_()
        chosen = actions.t().long()[:, None].contiguous()
        log_prob = log_p.gather(1, chosen).sum((0, 1))
        log_p *= p
        entropies = -log_p.sum(1, keepdim=True)
        ctx.save_for_backward(p, log_p, chosen, entropies)
        return log_prob, entropies.sum((0, 1))

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, by_log_prob: torch.Tensor, by_entropy: torch.Tensor
    ) -> tuple[torch.Tensor, None, None]:
        p, p_log_p, chosen, entropies = ctx.saved_tensors
        # d log p_a / dz = 1_a - p;  dH / dz = -p (log p + H)
        found = p * (-by_log_prob - entropies * by_entropy)
        found -= p_log_p * by_entropy
        found.scatter_add_(1, chosen, by_log_prob.expand(chosen.shape))
        return found.flatten(0, 1).t(), None, None
