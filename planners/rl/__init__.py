"""Reinforcement learning under the masks: environments, policy, PPO, and a run in its folder."""
