"""`python -m badak` is the `badak` command."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it in silence while its modules are loaded, too."""
    try:
        from badak.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
