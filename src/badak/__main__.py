"""`python -m badak` is the `badak` command."""

import os
import sys


def main() -> None:
    """Run the command line; Ctrl-C ends it in silence while its modules are loaded, too."""
    try:
        if "PMI_RANK" in os.environ:  # before any thread is started
            from badak.distributed.mpi import supervise

            supervise("Continue with the same command and --resume")
        from badak.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
