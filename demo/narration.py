"""What a person sees while it runs: each stage as it goes, with its time, and what it did."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.terminal_theme import MONOKAI

from demo.errors import StageFailed


class Narration:
    """Prints stages on the terminal: a spinner while one runs, one line when it has ended."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, record=True)
        self.started = time.monotonic()

    @contextmanager
    def stage(self, title: str) -> Iterator[Stage]:
        """Run a stage; what escapes it is told with the stage's name and goes on as it is."""
        stage = Stage(self, title)
        try:
            with self.console.status(f"{title} …") as spinner:
                stage.spinner = spinner
                yield stage
        except BaseException as error:
            if not isinstance(error, KeyboardInterrupt | StageFailed):
                raise StageFailed(title, f"{type(error).__name__}: {error}") from error
            raise
        finally:
            stage.seconds = time.monotonic() - stage.started
        self.line("[green]✓[/]", title, stage.result, stage.seconds)

    def line(self, mark: str, title: str, text: str, seconds: float | None = None) -> None:
        """One line: mark, title, what came of it, seconds."""
        time_text = f"{seconds:6.1f} s" if seconds is not None else " " * 8
        self.console.print(
            f"{mark} {time_text}  [bold]{escape(title)}[/]  {escape(text)}", soft_wrap=True
        )

    def detail(self, title: str, text: str, seconds: float | None = None) -> None:
        """A line below a stage: one action or step of it."""
        time_text = f"{seconds:6.1f} s" if seconds is not None else " " * 8
        words = f"{escape(title)}  {escape(text)}"
        self.console.print(f"  {time_text}    [dim]{words}[/]", soft_wrap=True)

    def draw(self, path: Path) -> None:
        """Draw all that was printed so far."""
        self.console.save_svg(str(path), title="make demo", theme=MONOKAI)


class Stage:
    """A stage that runs."""

    def __init__(self, narration: Narration, title: str) -> None:
        self._narration = narration
        self.title = title
        self.started = time.monotonic()
        self.seconds = 0.0
        self.result = ""
        self.spinner: object | None = None

    def says(self, text: str) -> None:
        """What came of it, for the line that is printed when it ends."""
        self.result = text

    def detail(self, title: str, text: str, seconds: float | None = None) -> None:
        """Something that happened inside this stage."""
        self._narration.detail(title, text, seconds)
