"""The stubs (fiver/*.pyi) say what the module has: all its public names, the same members of classes, functions with the same parameters."""
import ast
import glob
import importlib
import inspect
import os
import shutil
import subprocess
import sys
import textwrap

import fiver
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
STUBS = sorted(glob.glob(os.path.join(HERE, "..", "fiver", "*.pyi")))
# Parameters that a stub names and the function takes as **kwds, to hand them to another one.
PASSED_ON = {"Group.create_dataset": "fiver.creating.create_dataset"}
# Made by functions that type checkers don't follow, or of a base class of Python's.
BORROWED = {"dtypes.string_info", "vds.VDSmap", "plans.PlanSource", "plans.MissingSource"}


def decorators(node):
    return {ast.unparse(d).split("[")[0] for d in node.decorator_list}


def parameters_of(node):
    """[(name, kind, has a default)]"""
    a, found = node.args, []
    plain = a.posonlyargs + a.args
    for i, arg in enumerate(plain):
        found.append((arg.arg, "plain", i >= len(plain) - len(a.defaults)))
    if a.vararg:
        found.append((a.vararg.arg, "*", False))
    found += [(arg.arg, "keyword", default is not None) for arg, default in zip(a.kwonlyargs, a.kw_defaults)]
    if a.kwarg:
        found.append((a.kwarg.arg, "**", False))
    return found


def parameters_at_run_time(function):
    kinds = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.KEYWORD_ONLY: "keyword", inspect.Parameter.VAR_KEYWORD: "**"}
    return [(p.name, kinds.get(p.kind, "plain"), p.default is not inspect.Parameter.empty) for p in inspect.signature(function).parameters.values()]


def check_function(name, node, function, overloaded):
    wanted, found = parameters_of(node), parameters_at_run_time(inspect.unwrap(function))
    if name in PASSED_ON:
        module, _, other = PASSED_ON[name].rpartition(".")
        known = {p[0] for p in parameters_at_run_time(getattr(importlib.import_module(module), other))}
        extra = [p[0] for p in wanted if p[1] == "keyword" and p[0] not in {q[0] for q in found}]
        assert set(extra) == known - {p[0] for p in found} - {"group"}, name
        wanted = [p for p in wanted if p[0] not in extra]
    if overloaded:
        assert [p[0] for p in wanted] == [p[0] for p in found], name
    else:
        assert wanted == found, name


def names_of(body):
    """{name: [nodes]} of what a module or a class of a stub has."""
    found = {}
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.AnnAssign):
            found.setdefault(node.target.id, []).append(node)
        elif isinstance(node, ast.Assign):
            found.setdefault(node.targets[0].id, []).append(node)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.asname:
                    found.setdefault(alias.asname, []).append(node)
    return found


def check_class(name, node, cls):
    wanted = names_of(node.body)
    source = inspect.getsource(cls)
    public = {n for n, value in vars(cls).items() if not n.startswith("_") and (callable(value) or isinstance(value, (property, classmethod, staticmethod)))}
    assert public <= set(wanted), "%s lacks %s" % (name, public - set(wanted))
    for member, nodes in wanted.items():
        where = "%s.%s" % (name, member)
        if isinstance(nodes[0], ast.AnnAssign):
            assert member in vars(cls) or "self." + member in source, where
            continue
        assert hasattr(cls, member), where
        value = inspect.getattr_static(cls, member)
        if "property" in decorators(nodes[0]):
            assert isinstance(value, property), where
            assert (value.fset is not None) == (member + ".setter" in {d for n in nodes for d in decorators(n)}), where
            continue
        function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if member in ("__eq__", "__hash__") or not inspect.isfunction(function):
            continue
        for one in nodes:
            check_function(where, one, function, len(nodes) > 1)


@pytest.mark.parametrize("path", STUBS, ids=lambda path: os.path.basename(path))
def test_stub(path):
    name = os.path.basename(path)[:-len(".pyi")]
    module = fiver if name == "__init__" else importlib.import_module("fiver." + name)
    with open(path, encoding="utf-8") as file:
        wanted = names_of(ast.parse(file.read()).body)
    if name == "__init__":
        assert set(module.__all__) <= set(wanted), set(module.__all__) - set(wanted)
    for member, nodes in wanted.items():
        if any("type_check_only" in decorators(n) for n in nodes if isinstance(n, (ast.ClassDef, ast.FunctionDef))):
            continue
        if member.startswith("_") and isinstance(nodes[0], ast.Assign):
            continue  # a TypeVar
        assert hasattr(module, member), member
        value = getattr(module, member)
        if isinstance(nodes[0], ast.ClassDef) and "%s.%s" % (name, member) in BORROWED:
            assert list(value._fields) == list(names_of(nodes[0].body))
        elif isinstance(nodes[0], ast.ClassDef):
            check_class(member, nodes[0], value)
        elif isinstance(nodes[0], ast.FunctionDef):
            check_function(member, nodes[0], value, len(nodes) > 1)


def test_every_public_name_says_what_it_is():
    lacking = []
    for name in fiver.__all__:
        value = getattr(fiver, name)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        if not value.__doc__:
            lacking.append(name)
        for member, found in vars(value).items() if inspect.isclass(value) else ():
            if not member.startswith("_") and (inspect.isfunction(found) or isinstance(found, (property, classmethod))) and not (
                    found.__func__ if isinstance(found, classmethod) else found).__doc__:
                lacking.append("%s.%s" % (name, member))
    assert not lacking


PROGRAM = """
    import numpy as np
    import fiver as h5py

    with h5py.File("a.h5", "w", libver="earliest", durability="full") as f:
        d = f.create_dataset("g/d", (10, 20), "u2", chunks=(1, 20), compression="gzip", shuffle=True)
        d[0] = 1
        d.attrs["units"] = "counts"
        share: float = d.plan(np.s_[0:2]).useful_share
        for frame in d.frames(0, 4):
            total: int = int(frame.sum())
        layout = h5py.VirtualLayout((5, 20), "u2")
        layout[:] = h5py.VirtualSource("a.h5", "g/d", (10, 20))[5:]
        f.create_virtual_dataset("v", layout, fillvalue=0)
        out = d.read_into(np.empty((2, 20), "f4"), np.s_[0:2])
        d.for_each_chunk(lambda offset, array, mask, size: print(offset[0], array.sum(), mask + size))
        missing: list[tuple[str, str, str, str]] = f.missing_sources()
        link = f.get("g", getlink=True)
        if isinstance(link, h5py.SoftLink):
            print(link.path.upper())
        group = f.require_group("x")
        group["soft"] = h5py.SoftLink("/g/d")
        name: str | None = group.name
        text = h5py.string_dtype("ascii", 5)
        offsets = d.chunk_map()["file_offset"]
        f.visititems(lambda path, item: None)
        shape: tuple[int, ...] = d.shape
"""
MISTAKES = """
    f.nothing()
    h5py.File("a.h5", "q")
    d.frames("x")
    d.plan().useful_share.upper()
    h5py.VirtualLayout("shape", "u2")
"""


def test_mypy_understands_programs(tmp_path):
    """With the package as it is installed; mypy takes a while, so that this is only done with FIVER_SOAK."""
    if not os.environ.get("FIVER_SOAK") or shutil.which("bash") is None:
        pytest.skip("only with FIVER_SOAK")
    made = subprocess.run([os.path.join(HERE, "..", "..", "scripts", "python-env.sh"), "typing"], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip("no environment with mypy")
    python = made.stdout.strip()
    shutil.copytree(os.path.dirname(fiver.__file__), tmp_path / "site" / "fiver", ignore=shutil.ignore_patterns("__pycache__"))
    venv = subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")])
    assert venv.returncode == 0
    site = glob.glob(str(tmp_path / "venv" / "lib" / "python3*" / "site-packages"))[0]
    numpy = subprocess.run([python, "-c", "import numpy, os; print(os.path.dirname(os.path.dirname(numpy.__file__)))"], capture_output=True, text=True)
    with open(os.path.join(site, "paths.pth"), "w") as file:
        file.write("%s\n%s\n" % (tmp_path / "site", numpy.stdout.strip()))

    def check(program):
        (tmp_path / "program.py").write_text(textwrap.dedent(program))
        return subprocess.run([python, "-m", "mypy", "--strict", "--no-error-summary", "--python-executable", str(tmp_path / "venv" / "bin" / "python"),
                               "--cache-dir", str(tmp_path / "cache"), "program.py"], cwd=tmp_path, capture_output=True, text=True)

    done = check(PROGRAM)
    assert done.returncode == 0, done.stdout
    done = check(textwrap.dedent(PROGRAM) + textwrap.indent(textwrap.dedent(MISTAKES), "    "))
    assert done.stdout.count("error:") == len(MISTAKES.split("\n")) - 2, done.stdout
