"""The exchange as we meet it: our orders on the tape, latency, queue, fills, fees, account."""
