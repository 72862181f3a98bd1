"""What a person sees in Neovim: its UI protocol drawn into a grid of cells, as text or as a picture."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Cell:
    text: str = " "
    style: int = 0


@dataclass
class Screen:
    """Fed with the arguments of `redraw` notifications (ext_linegrid)."""

    cells: list[list[Cell]] = field(default_factory=list)
    styles: dict[int, dict[str, Any]] = field(default_factory=dict)
    cursor: tuple[int, int] = (0, 0)
    foreground: int = 0xD0D0D0
    background: int = 0x1E1E1E

    def redraw(self, updates: list[list[Any]]) -> None:
        for name, *calls in updates:
            if draw := getattr(self, f"_{name}", None):
                for call in calls:
                    draw(*call)

    def text(self) -> str:
        """The screen, line by line, without trailing blanks."""
        return "\n".join(self.line(row) for row in range(len(self.cells))).rstrip() + "\n"

    def line(self, row: int) -> str:
        return "".join(cell.text for cell in self.cells[row]).rstrip()

    def styled(self, style: str) -> str:
        """The text that is drawn with a highlight of this name (`ComplHint` is ghost text)."""
        return "".join(
            "".join(cell.text for cell in row if self._is(cell.style, style)).rstrip() + "\n"
            for row in self.cells
            if any(self._is(cell.style, style) for cell in row)
        ).removesuffix("\n")

    def save(self, path: Path) -> None:
        """Write PATH.txt, and PATH.png where matplotlib (for its font) and pillow are installed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".txt").write_text(self.text())
        try:
            from matplotlib import get_data_path
            from PIL import Image, ImageDraw, ImageFont
        except ImportError:
            return
        font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSansMono.ttf", 16)
        width, height = 10, 20
        image = Image.new("RGB", (len(self.cells[0]) * width, len(self.cells) * height), _rgb(self.background))
        canvas = ImageDraw.Draw(image)
        for row, column, cell in self._each():
            ink, paper = self._colours(cell.style)
            if (row, column) == self.cursor:
                ink, paper = paper, ink
            left, top = column * width, row * height
            canvas.rectangle((left, top, left + width - 1, top + height - 1), fill=_rgb(paper))
            canvas.text((left, top), cell.text, font=font, fill=_rgb(ink))
        image.save(path.with_suffix(".png"))

    def _each(self) -> Iterator[tuple[int, int, Cell]]:
        for row, cells in enumerate(self.cells):
            for column, cell in enumerate(cells):
                yield row, column, cell

    def _is(self, style: int, name: str) -> bool:
        names = (info.get("hi_name") or info.get("ui_name") for info in self.styles.get(style, {}).get("info", []))
        return name in names

    def _colours(self, style: int) -> tuple[int, int]:
        attributes = self.styles.get(style, {}).get("rgb", {})
        ink, paper = attributes.get("foreground", self.foreground), attributes.get("background", self.background)
        return (paper, ink) if attributes.get("reverse") else (ink, paper)

    def _grid_resize(self, _grid: int, width: int, height: int) -> None:
        self.cells = [[Cell() for _ in range(width)] for _ in range(height)]

    def _grid_clear(self, _grid: int) -> None:
        self._grid_resize(_grid, len(self.cells[0]), len(self.cells))

    def _grid_cursor_goto(self, _grid: int, row: int, column: int) -> None:
        self.cursor = (row, column)

    def _grid_line(self, _grid: int, row: int, column: int, cells: list[list[Any]], *_wrap: bool) -> None:
        style = 0
        for text, *more in cells:
            style = more[0] if more else style
            for _ in range(more[1] if len(more) > 1 else 1):
                self.cells[row][column] = Cell(text, style)
                column += 1

    def _grid_scroll(
        self, _grid: int, top: int, bottom: int, left: int, right: int, rows: int, _columns: int
    ) -> None:
        order = range(top, bottom - rows) if rows > 0 else range(bottom - 1, top - rows - 1, -1)
        for row in order:
            self.cells[row][left:right] = [
                Cell(cell.text, cell.style) for cell in self.cells[row + rows][left:right]
            ]

    def _hl_attr_define(self, style: int, rgb: dict[str, Any], _cterm: dict[str, Any], info: list[Any]) -> None:
        self.styles[style] = {"rgb": rgb, "info": info}

    def _default_colors_set(self, foreground: int, background: int, *_other: int) -> None:
        self.foreground = foreground if foreground >= 0 else self.foreground
        self.background = background if background >= 0 else self.background


def _rgb(colour: int) -> tuple[int, int, int]:
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255
