"""A task of somebody else's: so many messages and no more."""

from typing import NamedTuple

from hft_gym.envs.interfaces import Room, begin_task, is_complete, sum_up


class MessageBudget(NamedTuple):
    """An episode is over when `most` messages have been sent."""

    most: int = 8

    def room(self):
        """What is left of the budget, and whether it was used up."""
        return Room(state=(("left_messages", "i8"),), episode=(("is_spent", "u1"),))


@begin_task.implement(MessageBudget)
def _begin_task(task, market, env):
    env["task"]["left_messages"] = task.most


@is_complete.implement(MessageBudget)
def _is_complete(task, env):
    env["task"]["left_messages"] = task.most - env["trader"]["messages_sent"]
    return env["task"]["left_messages"] <= 0


@sum_up.implement(MessageBudget)
def _sum_up(task, market, env):
    env["episode"]["is_spent"] = env["task"]["left_messages"] <= 0
