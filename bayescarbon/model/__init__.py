"""From evidence and priors to one PyMC model, and from its draws to every quantity of a study."""
