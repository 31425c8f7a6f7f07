import io

from rich.console import Console

from graph.embedded.progress import PlainProgress, SilentProgress, TerminalProgress


def test_a_log_file_gets_plain_lines() -> None:
    heard = io.StringIO()
    progress = PlainProgress(Console(file=heard), line_every_s=0.0)
    progress.say("Starting [bold]Neo4j[/bold] in /a/very/long/path" + "/folder" * 30)
    with progress.count_bytes("Downloading", 4_000_000) as advance:
        advance(1_000_000)
        advance(3_000_000)
    assert heard.getvalue().splitlines()[1:] == ["Downloading: 1 of 4 MB", "Downloading: 4 of 4 MB"]
    assert heard.getvalue().startswith("Starting [bold]Neo4j[/bold] in /a/very/long/path/folder")


def test_a_terminal_gets_a_bar() -> None:
    heard = io.StringIO()
    progress = TerminalProgress(Console(file=heard, force_terminal=True, width=120))
    with progress.count_bytes("Downloading", 4_000_000) as advance:
        advance(4_000_000)
    assert "4.0/4.0 MB" in heard.getvalue()


def test_nobody_may_listen() -> None:
    with SilentProgress().count_bytes("Downloading", 1) as advance:
        advance(1)
