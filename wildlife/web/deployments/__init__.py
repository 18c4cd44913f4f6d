"""The pages of deployments: where cameras stood, what they saw, and how often."""
