"""Starts the command line: `python -m tradec` and the installed script `tradec`."""

from tradec.cli.boundary import main

if __name__ == "__main__":
    main()
