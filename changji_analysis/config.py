"""Where the data lie, and the settings of a review (``config.yml`` in the data folder)."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .errors import DataError

REPOSITORY = Path(__file__).resolve().parents[1]

Name = Annotated[str, Field(min_length=1)]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Areas(_Settings):
    """Names of the areas, as ``yearly_statistics.csv`` writes them."""

    city: Name
    prefecture: Name
    region: Name
    nation: Name
    others: tuple[Name, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every area, the city first."""
        return (self.city, self.prefecture, self.region, self.nation, *self.others)


class Plan(_Settings):
    """The plan under review; its base year is the last before its period.

    ``document`` is the number under which it was issued, ``issued`` the day.
    """

    title_zh: Name
    title_en: Name
    base_year: int
    target_year: int
    document: str = ""
    issued: dt.date | None = None


class Verdict(_Settings):
    """Least probability of attainment for each verdict."""

    likely: float = Field(0.66, gt=0, lt=1)
    at_risk: float = Field(0.33, gt=0, lt=1)
    unlikely: float = Field(0.05, gt=0, lt=1)

    @model_validator(mode="after")
    def _descending(self):
        if not self.likely > self.at_risk > self.unlikely:
            raise ValueError("likely > at_risk > unlikely must hold")
        return self


class Scenario(_Settings):
    """A named assumption on nominal GDP growth; ``growth`` is a fraction a year."""

    id: Name
    name_zh: Name
    name_en: Name
    growth: float = Field(gt=-0.5, lt=0.5)


class ReferenceClass(_Settings):
    """Other areas that a probability may be held against.

    ``level`` is provinces, countries or all; ``areas`` narrows it to those named.
    """

    id: Name
    name_zh: Name
    name_en: Name
    level: Literal["provinces", "countries", "all"] = "all"
    areas: tuple[Name, ...] = ()


ALL_AREAS = ReferenceClass(id="all", name_zh="各省区和有关国家", name_en="provinces and countries")


class Report(_Settings):
    """What the review report needs beside the figures.

    ``issuer`` wrote it (编制单位; blank on the cover where empty) and ``status`` is 征求意见稿,
    送审稿 or 正式稿; ``reply_by`` is the day by which offices are to answer and ``base_note`` what
    is known locally that bears on the base of the first main indicator.

    ``headline`` names the indicators that get a section of their own, ``next_year`` the year of
    the proposed targets. ``probabilities`` is read in older folders and asks for nothing any more.
    """

    issuer_zh: str = ""
    issuer_en: str = ""
    status_zh: str = "征求意见稿"
    status_en: str = "draft for comment"
    reply_by: dt.date | None = None
    base_note_zh: str = ""
    base_note_en: str = ""
    headline: tuple[Name, ...] = ()
    next_year: int = 2030
    probabilities: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (0.5, 2 / 3, 0.9)
    renewal_rates: tuple[Annotated[float, Field(ge=0, le=1)], ...] = (0.6, 0.7, 0.8, 0.9)


class Config(_Settings):
    """Contents of ``config.yml``.

    Verdicts rest on the first of ``reference_classes``; the others, and each of its areas left
    out, are the choices over which a verdict must survive.
    """

    areas: Areas
    plan: Plan
    verdict: Verdict = Verdict()
    reference_classes: Annotated[tuple[ReferenceClass, ...], Field(min_length=1)] = (ALL_AREAS,)
    gdp_scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1)]
    report: Report = Report()

    @property
    def middle_scenario(self) -> Scenario:
        """The scenario in the middle by growth: the one that single sums are stated for."""
        ordered = sorted(self.gdp_scenarios, key=lambda scenario: scenario.growth)
        return ordered[len(ordered) // 2]


def data_dir() -> Path:
    """Folder of the data: the variable CHANGJI_DATA, else ``data`` in the repository."""
    named = os.environ.get("CHANGJI_DATA")
    return Path(named).resolve() if named else REPOSITORY / "data"


def use_private() -> bool:
    """Whether figures that are not public are used: yes, unless CHANGJI_PRIVATE says ``no``."""
    return os.environ.get("CHANGJI_PRIVATE", "").lower() not in ("no", "0", "false")


def read_config(folder: Path) -> Config:
    """Settings of a data folder, validated.

    Raises
    ------
    DataError
        The file is missing, is no YAML, or holds an unknown key or a value out of range.
    """
    return validated(folder / "config.yml", Config)


Model = TypeVar("Model", bound=BaseModel)


def validated(path: Path, model: type[Model]) -> Model:
    """Read a YAML file of settings into its model.

    Raises
    ------
    DataError
        The file is missing, is no YAML, or holds an unknown key or a value out of range.
    """
    try:
        return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = [
            (".".join(map(str, e["loc"])), str(e["input"])[:80], e["msg"]) for e in error.errors()
        ]
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        faults = [("", "", " ".join(str(error).split()))]
    raise DataError(
        [
            {
                "file": f"{path.parent.name}/{path.name}",
                "column": key,
                "value": value,
                "severity": "error",
                "code": "bad_config",
                "why": why,
                "remedy": f"correct the setting; data/{path.name} of the repository shows the form",
                "why_zh": f"设定有误（{why}）",
                "remedy_zh": f"请改正该设定，格式参照仓库中的 data/{path.name}",
            }
            for key, value, why in faults
        ]
    )
