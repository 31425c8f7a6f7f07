"""Mappings by path, folder or name."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from graph.errors import ConfigurationError
from loaders.mappings.building import build_mapping
from loaders.mappings.checking import check_schema
from loaders.mappings.documents import read_document
from loaders.mappings.model import SourceMapping

SUFFIXES = (".yaml", ".yml")
_GROUPS = ("sample",)
_SINGLE = "public"


def read_mapping(file: Path) -> SourceMapping:
    """The mapping in a file. Raises MappingError."""
    document = read_document(file)
    check_schema(document)
    return build_mapping(document, file.stem)


def read_mappings(names: Sequence[str]) -> list[SourceMapping]:
    """The mappings of YAML files, of all YAML files in folders, and of shipped names.

    Raises MappingError, ConfigurationError for a name that is nothing of that.
    """
    found: dict[Path, SourceMapping] = {}
    for name in names:
        for file in _files_of(name):
            found.setdefault(file.resolve(), read_mapping(file))
    return list(found.values())


def shipped_mappings() -> dict[str, list[Path]]:
    """The shipped mappings: files by name; a group is several files."""
    groups = {group: _yaml_files(_shipped(group)) for group in _GROUPS}
    return {**groups, **{file.stem: [file] for file in _yaml_files(_shipped(_SINGLE))}}


def folders_of(mapping: SourceMapping, data_dir: Path | None) -> tuple[Path, ...]:
    """Where the relative paths of a mapping are looked for, the first first."""
    return (mapping.file.parent,) if data_dir is None else (data_dir, data_dir / mapping.name)


def is_shipped(mapping: SourceMapping) -> bool:
    """Whether a mapping came with the program, so that its data is elsewhere."""
    return any(mapping.file.is_relative_to(_shipped(folder)) for folder in (*_GROUPS, _SINGLE))


def reference_of(mapping: SourceMapping) -> str:
    """By what ``read_mappings`` finds a mapping again, from any folder."""
    if mapping.file.is_relative_to(_shipped(_SINGLE)):
        return mapping.name
    shipped_in = next((group for group in _GROUPS if mapping.file.is_relative_to(_shipped(group))), None)
    return f"{shipped_in}/{mapping.name}" if shipped_in else str(mapping.file.resolve())


def _files_of(name: str) -> Iterator[Path]:
    path, shipped = Path(name), shipped_mappings()
    if path.is_dir() and _yaml_files(path):
        yield from _yaml_files(path)
    elif path.is_file():
        yield path
    elif name in shipped:
        yield from shipped[name]
    elif any(name == f"{group}/{file.stem}" for group in _GROUPS for file in shipped[group]):
        yield _shipped(name).with_suffix(SUFFIXES[0])
    else:
        problem = f"{name!r} is neither a mapping file, nor a folder with some, nor a shipped mapping."
        raise ConfigurationError(problem, f"Shipped: {', '.join(shipped)}.")


@cache
def _shipped(name: str) -> Path:
    return Path(str(files(__package__ or "").joinpath(name)))


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES)
