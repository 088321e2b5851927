"""Tells which of h5py's tests are of its public API: their source, their fixtures and helpers touch no low-level module, no `.id`, no private name."""
import ast
import functools
import re

_LOW = re.compile(r"^h5(ac|a|ds|d|fd|f|g|i|l|o|pl|p|r|s|t|z)?$")


def _private(name):
    return name.startswith("_") and not name.startswith("__") and name != "_"


class _Module:
    """The functions and classes of a file of tests, and which of its names are low-level or private ones of h5py."""

    def __init__(self, path):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self.functions, self.classes, self.touching, self.imported = {}, {}, set(), []
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                parts = (node.module or "").split(".")
                inside = node.level > 0 or parts[0] == "h5py"
                if inside and parts[-1] == "common":
                    self.imported.append("common.py")
                for alias in node.names:
                    if inside and (any(_private(p) or _LOW.match(p) for p in parts) or _private(alias.name) or _LOW.match(alias.name)):
                        self.touching.add(alias.asname or alias.name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    parts = alias.name.split(".")
                    if parts[0] == "h5py" and any(_private(p) or _LOW.match(p) for p in parts[1:]):
                        self.touching.add(alias.asname or parts[0])
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
            elif isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            elif isinstance(node, (ast.If, ast.Try)):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.FunctionDef):
                        self.functions.setdefault(inner.name, inner)


class Kinds:
    """kinds(test) is 'public' or 'other'."""

    def __init__(self, tests):
        self._tests = tests
        self._module = functools.lru_cache(None)(lambda name: _Module(tests / name))

    def __call__(self, test):
        file, *names = test.split("[")[0].split("::")
        module = self._module(file)
        modules = [module] + [self._module(name) for name in module.imported] + [self._module("conftest.py")]
        methods = self._methods(modules, names[0]) if len(names) > 1 else {}
        functions = {name: (node, m) for m in reversed(modules) for name, node in m.functions.items()}
        start = methods.get(names[-1]) if len(names) > 1 else functions.get(names[-1])
        if start is None:
            return "other"
        todo = [start] + [methods[name] for name in ("setUp", "tearDown", "setUpClass", "tearDownClass", "setup_method") if name in methods]
        todo += [found for found in list(functions.values()) + list(methods.values()) if _is_automatic(found[0])]
        seen = set()
        while todo:
            node, home = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            for wanted in _uses(node):
                if wanted in (None,) or wanted in home.touching:
                    return "other"
                todo += [table[wanted] for table in (methods, functions) if wanted in table]
        return "public"

    @staticmethod
    def _methods(modules, name):
        """{name: (method, its module)} of a class and of its bases in these modules."""
        found, todo, seen = {}, [name], set()
        while todo:
            wanted = todo.pop(0)
            if wanted in seen:  # a class of the name that its base in another package has
                continue
            seen.add(wanted)
            for module in modules:
                cls = module.classes.get(wanted)
                if cls is None:
                    continue
                for node in cls.body:
                    if isinstance(node, ast.FunctionDef):
                        found.setdefault(node.name, (node, module))
                todo += [base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in cls.bases]
                break
        return found


def _is_automatic(node):
    return any(isinstance(d, ast.Call) and any(k.arg == "autouse" for k in d.keywords) for d in node.decorator_list)


def _uses(function):
    """The names that a function uses (arguments are fixtures); None for something low-level or private."""
    for argument in function.args.args:
        yield argument.arg
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute):
                own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                if not own and (node.attr == "id" or _private(node.attr)):
                    yield None
                if isinstance(node.value, ast.Name) and node.value.id == "h5py" and _LOW.match(node.attr):
                    yield None
                if own:
                    yield node.attr
            elif isinstance(node, ast.ImportFrom):
                parts = (node.module or "").split(".")
                if (node.level or parts[0] == "h5py") and any(_private(p) or _LOW.match(p) for p in parts + [a.name for a in node.names]):
                    yield None
