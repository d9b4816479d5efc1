"""Which package reaches which workspace (R3.7)."""
