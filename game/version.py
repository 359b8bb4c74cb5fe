"""The version of the package that runs."""

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """The installed version; `source` where the code runs from a checkout that was not installed."""
    try:
        return version("auditgame")
    except PackageNotFoundError:
        return "source"
