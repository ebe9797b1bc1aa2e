"""What a small change looks like in the queue."""

PAYLOAD = {"value": 1, "lines": [{"code": "PUMP-200", "quantity": 2.0}] * 3}
