"""What a benchmark finds, as a row for people and as a line for programs."""

import json
from dataclasses import dataclass, field
from typing import Any

HEADING = f"{'':<26}{'figure':>9}  {'target':<9}{'':<9}what was counted"


@dataclass(frozen=True, slots=True)
class Result:
    """``figure`` is a ratio of two things of the same run wherever there are two."""

    name: str
    figure: float
    target: float
    at_least: bool  # else at most
    said: str
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        return self.figure >= self.target if self.at_least else self.figure <= self.target

    def row(self) -> str:
        target = f"{'≥' if self.at_least else '≤'} {self.target:g}"
        met = "met" if self.is_met else "NOT MET"
        return f"{self.name:<26}{_short(self.figure):>9}  {target:<9}{met:<9}{self.said}"

    def line(self) -> str:
        about = {"name": self.name, "figure": round(self.figure, 4), "target": self.target, "at_least": self.at_least}
        return json.dumps(about | {"met": self.is_met, "raw": self.raw}, ensure_ascii=False)


def _short(figure: float) -> str:
    return f"{figure:.3f}" if figure < 10 else f"{figure:.1f}"


def rounded(values: list[float], digits: int = 1) -> list[float]:
    return [round(value, digits) for value in values]
