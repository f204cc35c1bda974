"""Entry point of the `claudemesh` command and of `python -m claudemesh_cli`."""

import sys


def run() -> None:
    """Run the command line and exit with its code; `--version` is answered without imports."""
    if sys.argv[1:] == ["--version"]:
        from claudemesh_cli import __version__

        sys.stdout.write(f"claudemesh {__version__}\n")
        return
    from claudemesh_cli.main import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
