"""A table without lines, as all commands print them. It knows no content."""

from rich.table import Table


def plain_table(*columns: str, gap: int = 1, keep_first: bool = False) -> Table:
    """An empty table with these columns, whose cells fold where the terminal is narrow.

    Args:
        columns: their heads.
        gap: blanks between columns.
        keep_first: whether the first column never folds, so that its names can be copied.
    """
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=keep_first and place == 0)
    return table
