"""`python -m badak` is the `badak` command."""

from badak.cli.app import main

if __name__ == "__main__":
    main()
