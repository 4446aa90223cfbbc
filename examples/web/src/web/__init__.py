"""Water levels: readings, summaries, charts and warnings."""

from importlib.metadata import version

__version__ = version("web")
