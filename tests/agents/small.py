"""Settings of a run that takes seconds: a small market, few environments."""

SMALL = (
    "experiment=smoke",
    "market.days=3",
    "market.session_s=60",
    "env.step.milliseconds=100",
    "env.num_envs=16",
    "env.episode_decisions=40",
    "agent.n_steps=16",
    "agent.batch_size=256",
    "evaluation.episodes=6",
    "total_timesteps=512",
)
