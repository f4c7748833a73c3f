"""How simple brokers' simulators fill orders, to set beside a believable exchange."""
