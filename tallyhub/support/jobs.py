"""The jobs of the rooms, where the worker looks for them."""

from tallyhub.support.time import jobs as time

__all__ = ["time"]
