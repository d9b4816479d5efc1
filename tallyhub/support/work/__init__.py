"""How a request goes on: who works on it, in which state it is, until when it must be answered, and the queue."""
