"""Bundles by what names their content: a verified copy of each model that serves or served.

    <workspace>/bundles/<manifest's SHA-256>/

The copy is made from the registry once, and only when every sum holds against what promotion
recorded in the store. From then on nothing but the copy is read, its sums checked again each time.
"""

import os
import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from models import bundle
from models.bundle import BrokenBundle
from models.churn_model import ChurnModel
from pipelines.versions import find
from pipelines.workspace import Workspace
from serving.store import ModelVersionRepository

KEPT_IN_MEMORY = 4


class Bundles:
    """The models of one workspace, by version.

    Args:
        workspace: whose models.
        versions: says by what sum a version was promoted.
    """

    def __init__(self, workspace: Workspace, versions: ModelVersionRepository) -> None:
        self._workspace, self._versions = workspace, versions
        self._digests: dict[str, str] = {}

    def model(self, version: str) -> ChurnModel:
        """The model of a version.

        Raises:
            InputError: there is no such version.
            BrokenBundle: its files are not those that were promoted.
        """
        digest = self._digests.get(version) or self._promoted_as(version)
        if not digest:
            registered = find(self._workspace.registry(), version)
            return loaded(registered.bundle, registered.digest)
        self._digests[version] = digest
        try:
            return self.promoted(version, digest)
        except BrokenBundle:
            del self._digests[version]
            raise

    def _promoted_as(self, version: str) -> str:
        record = self._versions.get(version)
        return record.digest if record else ""

    def promoted(self, version: str, digest: str) -> ChurnModel:
        """The model that was promoted by this sum, fetched from the registry where need be.

        Raises:
            InputError, BrokenBundle: as `model` does.
        """
        place = self._workspace.bundles / digest
        if not place.exists():
            self._fetch(version, digest, place)
        model = loaded(place, digest)
        if model.version != version:
            raise BrokenBundle(f"{place} holds {model.version}, not {version}: promote again.")
        return model

    def _fetch(self, version: str, digest: str, place: Path) -> None:
        """Copy a bundle, and keep the copy only if it is the one that was promoted."""
        registered = find(self._workspace.registry(), version)
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="fetching-", dir=place.parent) as folder:
            copy = Path(folder) / "bundle"
            try:
                shutil.copytree(registered.bundle, copy)
            except OSError as error:
                raise BrokenBundle(f"{registered.bundle} cannot be read: {error}") from error
            bundle.load(copy, digest)
            try:
                os.replace(copy, place)
            except OSError:
                if not place.exists():  # else another process was quicker with the same
                    raise


@lru_cache(maxsize=KEPT_IN_MEMORY)
def loaded(folder: Path, digest: str) -> ChurnModel:
    """A bundle by what names its content; read once."""
    return bundle.load(folder, digest)
