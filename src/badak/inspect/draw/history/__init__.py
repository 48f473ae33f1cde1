"""Pictures of how a network learnt."""
