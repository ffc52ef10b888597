"""Abstract interpretation of optimizers: what one step does to the weights and the state."""
