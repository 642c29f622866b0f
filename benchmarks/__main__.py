"""Runs every measurement and prints one table."""

import platform
import sys
from datetime import UTC, datetime

from benchmarks import consult


def main() -> int:
    """Measure and print."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}, one core")
    for name, value, goal in consult.measure():
        print(f"{name:<58} {value:>14}   {goal}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
