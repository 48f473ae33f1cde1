"""How a network learnt."""
