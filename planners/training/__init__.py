"""Training: PPO on the masked policy inside the space that the rules leave, and the loop of Figure 2 around it."""
