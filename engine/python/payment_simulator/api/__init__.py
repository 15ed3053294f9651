"""The simulator over HTTP and WebSocket: `payment_simulator.api.main:app`, started by `payment-sim serve`.

Every figure of an answer is told from the event log, live or stored; nothing of the engine's state is kept beside it.
"""
