"""The house's rules about imports, checked on the source; each breach names file and line."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("features", "models", "serving", "pipelines")
NEVER = {"pickle", "cloudpickle", "joblib", "dill", "shelve", "marshal"}
OUTSIDE = {"notebooks", "experiments", "tests"}
WEB = {"fastapi", "starlette"}
SERVICE = ("serving.app", "serving.api", "serving.console")


def breaches(path: PurePosixPath, source: str) -> list[str]:
    """What a file does against the rules, as `file:line: what`."""
    tree = ast.parse(source)
    found = [(line, why) for line, name in imported(tree, path) if (why := forbidden(path, name))]
    if not may_read_environment(path):
        found += [(n.lineno, "reads the environment") for n in environment_reads(path, tree)]
    return [f"{path}:{line}: {why}" for line, why in sorted(set(found))]


def imported(tree: ast.AST, path: PurePosixPath) -> Iterator[tuple[int, str]]:
    """Every module that is imported anywhere in the file, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = absolute(node, path)
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and name_of(node.func).endswith(
            ("import_module", "__import__")
        ):
            first = node.args[0] if node.args else None
            named = first.value if isinstance(first, ast.Constant) else "a computed module"
            yield node.lineno, str(named)


def absolute(node: ast.ImportFrom, path: PurePosixPath) -> str:
    if not node.level:
        return node.module or ""
    package = path.parts[: -node.level]
    return ".".join([*package, *(node.module or "").split(".")]).strip(".")


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def within(name: str, *modules: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def forbidden(path: PurePosixPath, name: str) -> str:
    """Why a file may not import a module; empty where it may."""
    package, top = path.parts[0], name.split(".")[0]
    if top in NEVER:
        return f"imports {name}: nothing is pickled"
    if top in OUTSIDE:
        return f"imports {name}, which is never imported"
    if top in PACKAGES and PACKAGES.index(top) > PACKAGES.index(package):
        return f"imports {name}: {package} comes before {top}"
    if top == "mlflow" and str(path) != "models/registry.py":
        return f"imports {name}: mlflow belongs to models/registry.py alone"
    if top in WEB and package != "serving":
        return f"imports {name}: the web belongs to serving alone"
    if package == "pipelines" and within(name, *SERVICE) and not composes(path):
        return f"imports {name}: a job needs no service"
    return ""


def composes(path: PurePosixPath) -> bool:
    """The files that put the service together."""
    return str(path) in ("pipelines/serve.py", "pipelines/live.py") or is_command_line(path)


def is_command_line(path: PurePosixPath) -> bool:
    return path.parts[0] == "pipelines" and path.parts[1].startswith("cli")


def may_read_environment(path: PurePosixPath) -> bool:
    return str(path) == "serving/settings.py" or is_command_line(path)


def environment_reads(path: PurePosixPath, tree: ast.AST) -> Iterator[ast.expr]:
    """Where os.environ or os.getenv is read; models/registry.py may write to it."""
    written = set(written_environment(tree)) if str(path) == "models/registry.py" else set()
    names = environment_names(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute | ast.Name)
            and name_of(node) in names
            and node not in written
        ):
            yield node


def environment_names(tree: ast.AST) -> set[str]:
    """The names under which a file knows the environment."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "os":
                    bound = alias.asname or "os"
                    found |= {f"{bound}.{n}" for n in ("environ", "environb", "getenv", "getenvb")}
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            wanted = [a for a in node.names if a.name.startswith(("environ", "getenv"))]
            found |= {alias.asname or alias.name for alias in wanted}
    return found


def written_environment(tree: ast.AST) -> Iterator[ast.expr]:
    """`os.environ[...] = ...` and `os.environ.setdefault(...)`, whose values nobody takes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.value
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value.func
            if isinstance(call, ast.Attribute) and call.attr in ("setdefault", "update"):
                yield call.value


def sources() -> list[PurePosixPath]:
    files = [p for package in PACKAGES for p in (ROOT / package).rglob("*.py")]
    return sorted(PurePosixPath(p.relative_to(ROOT).as_posix()) for p in files)


def test_the_house_keeps_its_rules() -> None:
    files = sources()
    assert {path.parts[0] for path in files} == set(PACKAGES)
    assert [b for path in files for b in breaches(path, (ROOT / path).read_text())] == []


@pytest.mark.parametrize(
    ("path", "code", "why"),
    [
        ("features/x.py", "import models.score", "features comes before models"),
        ("features/x.py", "from pipelines import run", "features comes before pipelines"),
        ("models/x.py", "def f():\n    from serving.store import pages", "models comes before"),
        ("serving/x.py", "import pipelines", "serving comes before pipelines"),
        ("models/x.py", "import mlflow", "models/registry.py alone"),
        ("pipelines/x.py", "from mlflow.tracking import MlflowClient", "registry.py alone"),
        ("pipelines/x.py", "from starlette.testclient import TestClient", "serving alone"),
        ("models/x.py", "import fastapi as f", "serving alone"),
        ("pipelines/x.py", "from serving.app import create_app", "needs no service"),
        ("pipelines/x.py", "from serving import app", "needs no service"),
        ("pipelines/crm/x.py", "import serving.api.accounts", "needs no service"),
        ("models/x.py", "import pickle", "nothing is pickled"),
        ("serving/x.py", "from joblib import dump", "nothing is pickled"),
        ("models/x.py", "import importlib\nimportlib.import_module('pickle')", "is pickled"),
        ("pipelines/x.py", "import experiments.afterwards", "never imported"),
        ("pipelines/x.py", "from notebooks import first", "never imported"),
        ("pipelines/x.py", "import os\nos.environ['A']", "reads the environment"),
        ("features/x.py", "import os\nos.getenv('A')", "reads the environment"),
        ("serving/x.py", "from os import environ as e\nprint(e['A'])", "reads the environment"),
        ("models/x.py", "import os\nos.environ['A'] = 'b'", "reads the environment"),
        ("models/registry.py", "import os\nos.environ.get('A')", "reads the environment"),
        ("models/registry.py", "import os\nx = os.environ.setdefault('A', 'b')", "reads the"),
    ],
)
def test_a_breach_is_found_with_its_file_and_line(path: str, code: str, why: str) -> None:
    found = breaches(PurePosixPath(path), code)
    assert len(found) == 1
    line = len(code.splitlines())
    assert found[0].startswith(f"{path}:{line}: ")
    assert why in found[0]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("pipelines/x.py", "from serving.store import open_store\nimport serving.settings"),
        ("pipelines/x.py", "from serving.format import money"),
        ("pipelines/serve.py", "from serving.app import create_app"),
        ("pipelines/cli.py", "from serving.app import create_app\nimport os\nos.environ.get('A')"),
        ("pipelines/cli/serve.py", "import serving.console.pages"),
        ("serving/settings.py", "import os\nos.environ['A']"),
        ("serving/api/x.py", "import fastapi\nfrom models.score import Score"),
        ("models/registry.py", "import mlflow, os\nos.environ['A'] = 'b'"),
        ("models/registry.py", "import os\nos.environ.setdefault('A', 'b')"),
        ("models/x.py", "import os\nos.cpu_count()\nfrom features import clock"),
        ("models/x.py", "from .score import Score"),
    ],
)
def test_what_is_allowed_is_no_breach(path: str, code: str) -> None:
    assert breaches(PurePosixPath(path), code) == []
