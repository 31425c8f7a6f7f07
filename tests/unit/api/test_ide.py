import re

from api.ide import FOLDER


def test_the_page_needs_only_files_that_come_with_it() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    wanted = re.findall(r'(?:src|href)="([^"]+)"', page)

    files = [name.removeprefix("graphiql/") for name in wanted if name != "data:,"]
    assert len(files) == 7
    assert [name for name in files if not (FOLDER / name).is_file()] == []
    assert "//" not in page


def test_every_file_of_others_is_named_with_its_licence() -> None:
    words = (FOLDER / "README.md").read_text(encoding="utf-8")

    for file in FOLDER.iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in words
