"""Training: PPO on the masked policy, inside the space that the rules leave."""
