"""Actions, rewards and steps: Gymnasium environments over tapes."""
