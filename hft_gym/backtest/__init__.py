"""Event-driven strategies on a tape: what they are told, what they may do, what came of it."""
