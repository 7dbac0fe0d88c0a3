"""The options of a tool; --help is its docstring."""

import argparse


def parse(name, text, flags=(), **values):
    """values: those that have one, with what it is if they are not given; it
    says the type, and a list that they may be given often.
    => an object with all of them, and what stands besides in `names`"""
    parser = argparse.ArgumentParser(
        f"tools/{name}", usage=argparse.SUPPRESS, description=text.strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter, add_help=False)
    parser.add_argument("--help", action="help", help=argparse.SUPPRESS)
    for flag in flags:
        parser.add_argument("--" + flag, action="store_true",
                            help=argparse.SUPPRESS)
    for value, default in values.items():
        often = isinstance(default, list)
        parser.add_argument(
            "--" + value, help=argparse.SUPPRESS, default=default,
            action="append" if often else "store",
            type=str if often else type(default))
    parser.add_argument("names", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_intermixed_args()
