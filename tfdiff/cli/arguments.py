"""The command line's words. Commands import what they need when they run: ``--help`` is quick."""

import argparse
from pathlib import Path

from tfdiff import __version__
from tfdiff.cli import commands
from tfdiff.findings import SEVERITY

RELEASE = "a tag (v1.4.0, 1.4), a branch, a commit, or a folder with an unpacked release"


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    root = argparse.ArgumentParser(
        prog="tfdiff",
        description="Does my TensorFlow optimizer still do the same? Answered from the sources.",
        epilog="Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 usage; 3 could not run "
        "or incomplete.",
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"tfdiff {__version__}")
    subcommands = root.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _report(subcommands)
    _query(subcommands)
    _attach(subcommands)
    _show(subcommands)
    _optimizers(subcommands)
    _history(subcommands)
    _bisect(subcommands)
    _like(subcommands)
    _index(subcommands)
    _rules(subcommands)
    _cache(subcommands)
    return root


def _command(
    subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: commands.Command,
    summary: str,
) -> argparse.ArgumentParser:
    added = subcommands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    added.set_defaults(command=command)
    return added


def _report(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        subcommands, "report", commands.report, "compare two releases and write reports"
    )
    _two_releases(command)
    command.add_argument(
        "--optimizer",
        metavar="NAME",
        action="append",
        default=[],
        help="one optimizer (adam, tf.train.AdamOptimizer); may be repeated; all if left out",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="write .html, .json or .md; may be repeated; a summary is printed if left out",
    )
    command.add_argument("--open", action="store_true", help="open the HTML report in the browser")
    command.add_argument(
        "--max-bytes", type=int, metavar="N", help="cut Markdown to N bytes at whole findings"
    )
    command.add_argument(
        "--flavour",
        metavar="NAME",
        default="plain",
        help="whose Markdown, with its limit: plain, github, gitlab, jira, redmine, azure",
    )
    command.add_argument(
        "--coverage",
        action="store_true",
        help="print what accounts for every hunk of the files that differ",
    )
    _commits(command)
    command.add_argument(
        "--attach", metavar="TICKET", help="attach the reports to a ticket; see `tfdiff attach`"
    )
    _tracker(command)
    _fail_on(command)
    _source(command)


def _query(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(subcommands, "query", commands.query, "answer for one optimizer, here")
    command.usage = (
        "tfdiff query NAME OLD NEW [options]\n       tfdiff query NAME@OLD NAME@NEW [options]"
    )
    command.add_argument(
        "what",
        metavar="NAME OLD NEW",
        nargs="+",
        help="adam v1.2.1 v1.4.0, or two optimizers of any class, each with its release: "
        "tf.train.RMSPropOptimizer@v1.15.0 tf.keras.optimizers.RMSprop@v2.3.0",
    )
    command.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="default: text"
    )
    _commits(command)
    _fail_on(command)
    _source(command)


def _attach(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        subcommands, "attach", commands.attach, "attach reports to a ticket, with a comment"
    )
    command.add_argument(
        "reports",
        metavar="REPORT",
        type=Path,
        nargs="+",
        help="files that `tfdiff report` wrote; the comment is made from them",
    )
    command.add_argument(
        "--to",
        metavar="TICKET",
        required=True,
        help="an address as copied from the browser, or jira:PROJ-12, github:owner/repo#34, "
        "gitlab:group/project#5, redmine:77, azure:organisation/project/123",
    )
    _tracker(command)


def _tracker(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group(
        "tickets",
        "Tokens come from the environment, from netrc or from the keyring, and are never printed.",
    )
    group.add_argument(
        "--dry-run", action="store_true", help="print what would be sent, without the secrets"
    )
    group.add_argument(
        "--github-file",
        metavar="gist|release:TAG|none",
        default="none",
        help="GitHub has no way to attach a file to an issue: put it into a gist (readable by "
        "whoever has its address) or among a release's assets (default: none)",
    )
    group.add_argument(
        "--redmine-markup",
        choices=("textile", "markdown"),
        default="textile",
        help="the text formatting the Redmine server is set to (default: textile)",
    )
    group.add_argument(
        "--ca-bundle", metavar="FILE", type=Path, help="certificates of a self-signed server"
    )


def _show(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        subcommands, "show", commands.show, "everything read about one optimizer at one release"
    )
    command.add_argument("name", metavar="NAME")
    command.add_argument("release", metavar="TAG", help=RELEASE)
    _source(command)


def _optimizers(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        subcommands, "optimizers", commands.optimizers, "list the optimizers of a release"
    )
    command.add_argument("release", metavar="TAG", help=RELEASE)
    _source(command)


def _history(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        subcommands, "history", commands.history, "what changed in an optimizer, release by release"
    )
    command.usage = "tfdiff history NAME [options]\n       tfdiff history --all -o FOLDER [options]"
    command.add_argument("name", metavar="NAME", nargs="?")
    command.add_argument(
        "--all",
        action="store_true",
        help="every optimizer: an atlas of linked pages, in the folder that -o names",
    )
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE|FOLDER",
        type=Path,
        action="append",
        default=[],
        help="write .html, .json or .md; may be repeated; a table is printed if left out",
    )
    _range(command)
    command.add_argument("--format", choices=("text", "json"), default="text")
    _source(command)


def _bisect(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        subcommands, "bisect", commands.bisect, "since which release a fact holds, by content"
    )
    command.add_argument("name", metavar="NAME")
    command.add_argument(
        "--property",
        required=True,
        metavar="FACT",
        help="default:epsilon, parameter:epsilon, slot:m, slot:m:initial, slot:m:scope, "
        "update:dense/ref/cpu, op:ApplyAdam",
    )
    _range(command)
    _source(command)


def _like(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(subcommands, "like", commands.like, "which releases behave like this one")
    command.add_argument("what", metavar="NAME@TAG")
    _jobs(command)
    _source(command)


def _range(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="first", metavar="TAG", help="the first release")
    command.add_argument("--to", dest="last", metavar="TAG", help="the last release")
    _jobs(command)


def _jobs(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        help="processes that read releases (default: as many as there are processors)",
    )
    command.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="read on a running cluster instead: tcp://HOST:8786 (Dask, tfdiff[dask]) or "
        "ray://HOST:10001 (Ray, tfdiff[ray])",
    )


def _index(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(
        subcommands, "index", commands.index, "write or check the snapshot of kernel facts"
    )
    command.add_argument("--check", action="store_true", help="derive it anew and compare")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="the snapshot (default: the one in the package)",
    )
    _source(command)


def _rules(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(subcommands, "rules", commands.rules, "list the rules, or explain one")
    command.add_argument("rule", metavar="ID", nargs="?")
    command.add_argument(
        "--markdown", action="store_true", help="print all of them as a page, with their words"
    )


def _cache(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _command(subcommands, "cache", commands.cache, "where the cache is, and how large")
    command.add_argument("--clear", action="store_true", help="delete it")
    command.add_argument("--cache", metavar="FOLDER", type=Path, help="another cache folder")


def _two_releases(command: argparse.ArgumentParser) -> None:
    command.add_argument("old", metavar="OLD", help=RELEASE)
    command.add_argument("new", metavar="NEW", help="likewise")


def _commits(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--commits",
        action="store_true",
        help="find the commits that brought each change; of a repository elsewhere its history is "
        "fetched, some megabytes for a pair",
    )


def _fail_on(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fail-on",
        choices=(*SEVERITY, "never"),
        default="never",
        help="exit with 1 where a finding has this effect or a graver one, and with 3 where that "
        "was not decided (default: never)",
    )
    command.add_argument(
        "--accept",
        metavar="FILE",
        type=Path,
        help="findings that you have accepted (TOML); they are folded and do not count",
    )


def _source(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("where the releases come from")
    group.add_argument(
        "--source",
        choices=("auto", "git", "wheel", "folder"),
        default="auto",
        help="default: auto (--repo, else the cached mirror, else GitHub, else wheels)",
    )
    group.add_argument("--repo", metavar="URL|PATH", help="another TensorFlow repository")
    group.add_argument(
        "--keras-repo",
        metavar="URL|PATH",
        help="where Keras is from that TensorFlow 2.6 and later require (default: Keras' "
        "repository on GitHub, else its wheel)",
    )
    group.add_argument("--offline", action="store_true", help="use only what is on this machine")
    group.add_argument("--cache", metavar="FOLDER", type=Path, help="another cache folder")
    group.add_argument("-q", "--quiet", action="store_true", help="no progress, no notes")
