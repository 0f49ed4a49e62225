"""The workspace: the one folder in which everything is kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from features.lake import Lake

if TYPE_CHECKING:
    from models.registry import Registry


@dataclass(frozen=True)
class Workspace:
    """Where the lake, the snapshots, the models and the scores of one company lie."""

    root: Path

    def lake(self, buckets: int | None = None) -> Lake:
        """The company's clean tables; a load cuts them into `buckets`, or as the rows need."""
        return Lake(self.root / "lake", buckets)

    def registry(self) -> "Registry":
        """The MLflow record of runs and models."""
        from models.registry import Registry  # seconds that only training and scoring spend

        self.root.mkdir(parents=True, exist_ok=True)
        return Registry(self.mlflow_address, self.root / "artifacts")

    @property
    def mlflow_address(self) -> str:
        """The MLflow tracking address, for `mlflow ui --backend-store-uri`."""
        return f"sqlite:///{(self.root / 'mlflow.db').resolve()}"

    @property
    def promoting(self) -> Path:
        """Where whoever changes which model serves says so."""
        return self.root / "promoting"

    @property
    def tuning_address(self) -> str:
        """Where the studies of tuning are kept, so that they can go on."""
        return f"sqlite:///{(self.root / 'tuning.db').resolve()}"

    @property
    def store_address(self) -> str:
        """The SQLAlchemy address of the score store: FOREWARN_STORE, else a file here."""
        return _named_store() or f"sqlite:///{self._own_store.resolve()}"

    @property
    def has_store(self) -> bool:
        """There may be something in the store: one is named, or its file here was begun."""
        return bool(_named_store()) or self._own_store.exists()

    @property
    def _own_store(self) -> Path:
        return self.root / "store.db"

    @property
    def loading(self) -> Path:
        """Where a load says that it is at work."""
        return self.root / "loading"

    @property
    def quarantine(self) -> Path:
        """Bad rows with their reasons."""
        return self.root / "quarantine"

    @property
    def snapshots(self) -> Path:
        """Snapshots by date and bucket."""
        return self.root / "snapshots"

    @property
    def kept(self) -> Path:
        """What lies between snapshots, so that one more day costs only what came since."""
        return self.root / "kept"

    @property
    def bundles(self) -> Path:
        """Verified copies of the models that serve or served, by their sums."""
        return self.root / "bundles"

    @property
    def runs(self) -> Path:
        """Files of training runs on their way to MLflow."""
        return self.root / "runs"

    @property
    def value(self) -> Path:
        """What each source adds to a model, as last worked out."""
        return self.root / "value.json"

    @property
    def insights(self) -> Path:
        """What the whole base told, as last worked out: a page and its figures."""
        return self.root / "insights"

    @property
    def refusal(self) -> Path:
        """Why the last training let no model serve, while none does."""
        return self.root / "refusal.json"

    @property
    def demo(self) -> Path:
        """The raw files of the simulated company."""
        return self.root / "raw"

    def remember(self, configuration: Path) -> None:
        """Keep which configuration the workspace is used with; one in it moves along with it."""
        path, root = configuration.resolve(), self.root.resolve()
        own = path.relative_to(root) if path.is_relative_to(root) else path
        self.root.mkdir(parents=True, exist_ok=True)
        self._used.write_text(str(own), encoding="utf-8")

    @property
    def used(self) -> Path | None:
        """The configuration that the workspace was last used with; it may be gone by now."""
        known = self._used.read_text(encoding="utf-8").strip() if self._used.exists() else ""
        return self.root.resolve() / known if known else None

    @property
    def _used(self) -> Path:
        return self.root / "configuration.txt"


def _named_store() -> str | None:
    from serving.settings import read_settings  # not needed where only the lake is

    return read_settings().store
