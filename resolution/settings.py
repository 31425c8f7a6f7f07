"""Settings of a resolution. The defaults are for every data set; nothing is tuned to one."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ResolutionSettings(BaseSettings):
    """Limits and thresholds; weights are log2 odds."""

    model_config = SettingsConfigDict(env_prefix="CDP_RESOLUTION_", env_file=".env", extra="ignore", frozen=True)

    keep_above: float = Field(-10.0, description="Least match weight of a pair that is kept as evidence.")
    missing_weight: float = Field(-10.0, description="Weight of a pair inside a group that was never scored.")
    merge_above: float = Field(-9.5, description="Least cohesion at which groups merge: the loosest cluster.")
    largest_value_block: int = Field(60, ge=2, description="A value that more customers share selects nobody.")
    largest_block: int = Field(100, ge=2, description="A combination of values that more share selects nobody.")
    training_pairs: int = Field(2_000_000, ge=1_000, description="Blocked pairs that training looks at, about.")
    random_pairs: int = Field(1_000_000, ge=1_000, description="Random pairs that tell what strangers have in common.")
    train_after_growth: float = Field(1.5, gt=1, description="Train anew when there are so many times the customers.")


class SparkSettings(BaseSettings):
    """Where Spark scores. No part of a model: every engine gives the same."""

    model_config = SettingsConfigDict(env_prefix="CDP_SPARK_", env_file=".env", extra="ignore", frozen=True)

    master: str = Field(default="local[*]", description="Address of the cluster; local[*]: this machine.")
    memory: str = Field(default="2g", description="Memory of the driver; on this machine it does all the work.")
    folder: Path | None = Field(default=None, description="Folder that all workers reach, for tables between steps.")

    @property
    def is_local(self) -> bool:
        """Whether this machine does the work."""
        return self.master.startswith("local")
