"""Runs a program of calls with h5py and with fiver, compares the answers and the files, and makes a failing program small.

A program is a list of steps: strings of Python over m (the module), np, f (the file main.h5), g (a second file, other.h5), V (values of a
type, a shape and a seed), T (a type), and the objects that steps keep. A step that is an expression is answered by its value. "reopen MODE" closes both files and opens them
again; there, in a program of turns, the other module takes over.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import warnings

import h5py
import numpy as np
from random_values import dtype_of, form, type_form, values

import fiver

H5 = os.environ.get("FIVER_H5") or pathlib.Path(fiver._fiver.__file__).parents[2] / "bin" / "h5"


class Program:
    """Steps, how files are made, and the seed they came from."""

    def __init__(self, seed, steps, options, turns=False):
        self.seed, self.steps, self.options, self.turns = seed, steps, options, turns

    def with_steps(self, steps):
        return Program(self.seed, steps, self.options, self.turns)

    def __str__(self):
        head = "# seed %d, File options %r%s" % (self.seed, self.options, ", by turns" if self.turns else "")
        return "\n".join([head] + self.steps)


def run(modules, folder, program):
    """The answers of the program's steps. With each "reopen" the next of the modules goes on."""
    answers, turn = [], 0
    os.makedirs(folder)
    before = os.getcwd()
    os.chdir(folder)
    names = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _open(names, modules[0], "w", program.options)
            for step in program.steps:
                if step.startswith("reopen "):
                    _close(names)
                    turn += 1
                    answers.append(_answer(names, lambda: _open(names, modules[turn % len(modules)], step[7:], program.options)))
                    if "f" not in names:
                        _open(names, modules[turn % len(modules)], "r+", program.options)
                else:
                    answers.append(_answer(names, lambda: _do(names, step)))
            _close(names)
    finally:
        if names:
            _close(names)
        os.chdir(before)
    return answers


def _open(names, m, mode, options):
    f = m.File("main.h5", mode, **options)
    g = m.File("other.h5", "w" if mode == "w" else "a", **options)
    names.update(m=m, np=np, f=f, g=g, T=lambda name: dtype_of(m, name), V=lambda *what: values(m, f, *what))


def _close(names):
    files = [names[name] for name in ("f", "g") if name in names]
    names.clear()
    for file in files:
        file.close()


_codes = {}


def _do(names, step):
    code = _codes.get(step)
    if code is None:
        try:
            code = compile(step, step, "eval")
        except SyntaxError:
            code = compile(step, step, "exec")
        if len(_codes) > 20000:
            _codes.clear()
        _codes[step] = code
    return form(names["m"], names["f"], eval(code, names))


def _answer(names, function):
    try:
        return function()
    except Exception as error:
        return error


# (step, h5py's answer, why fiver's may be another): the step is left out, and the rest of the program compared without it.
EXCUSED = [(re.compile(step), re.compile(answer), why) for step, answer, why in (
    (r"create_dataset\(None", "", "fiver makes no objects without a name, and says so"),
    (r"expand_refs=True", "", "fiver copies no objects only because references lead to them, and says so"),
    (r"getclass=True", "RuntimeError", "h5py fails at links that lead nowhere; fiver gives the default"),
    (r"getlink=True", "RuntimeError.*name doesn't exist", "the root has no link; fiver says that it is a hard one"),
    (r"reversed\(.*attrs", "TypeError", "fiver's attributes can be walked backwards"),
    (r"dims\[", "H5DSiterate_scales", "h5py fails where no scale is attached; fiver has the exceptions of a mapping"),
    (r"write_direct_chunk", "^'NoneType None", "h5py stores what can't be a chunk; fiver refuses it"),
    (r"get_chunk_info_by_coord", "^\\('chunk'", "h5py gives back what it was asked for; fiver where the chunk starts, and refuses places outside the shape"),
    (r" = ", "Broadcasting is not supported", "fiver spreads values over lists and masks too"),
    (r" = ", "Scalar broadcasting is not supported", "fiver spreads a value over elements that are arrays"),
    (r"V\('vlen", "Can't broadcast|setting an array element", "h5py takes one sequence in an array for a row of elements"),
    (r"copy\(", "unable to copy dataset elements", "libhdf5 copies no compressed references"),
    (r"\['|, '", "larger dtype|data-type for array of references", "h5py writes no fields that are arrays or references"),
    (r"", "1 indexing arguments for 0 dimensions", "fiver takes [:] of a scalar when it writes"),
    (r"fillvalue=", "has no attribute 'encode'|Operation not defined", "fiver's exception is another where the value is no text or sequence"),
    (r" = ", "different number of elements selected", "there are no elements: fiver's exception is a TypeError"),
    (r"", "Use other code for boolean selection", "a message of h5py for itself"),
    (r"astype\(T\('V", "array", "h5py gives the addresses of text and sequences"),
    (r"vlen_vlen", "Operation not defined", "the elements are sequences of sequences: fiver's exception is that of NumPy"),
    (r"create_dataset", "Shape tuple is incompatible with data", "h5py takes no shape beside values of an array type"),
    (r"", "component not found|point selections not currently supported", "libhdf5 doesn't read virtual datasets everywhere; fiver does"),
    (r"= T\(", "datatype is immutable", "h5py commits no types of references"),
    (r"fillvalue=", "Dataset", "fiver stores no fill values with text or sequences in structures, and says so"),
    (r"szip", "Dataset", "fiver's szip refuses what it could not compress"),
    (r"asstr", "Empty.*flat", "h5py fails; fiver gives the Empty"),
    (r"astype\(T\('(vlen|lists|named|linked|ref|region)", "", "no conversion: where nothing is read h5py doesn't notice"),
    (r"", "no appropriate function|No conversion path", "no conversion: where nothing is written fiver doesn't notice"),
    (r"read_direct_chunk", "MemoryError", "h5py takes memory for a chunk that is not there"),
    (r"", "must be real number|has no attribute 'dtype'|not iterable|setting an array element", "Python's own words where h5py doesn't look at its arguments"),
    (r"create|require", "no write intent", "of several things that are wrong, fiver may report another"),
    (r"\] = ", "unmapped portion", "fiver's exception says which elements have no source"),
    (r"fillvalue$", "Reference", "a reference that leads nowhere is None in h5py's structures, and 0 in fiver's"),
    (r"attrs", "message is too large", "fiver's new files have room for attributes of any size"),
    (r"iter_chunks", "", "h5py passes over steps; fiver refuses them"),
    (r"chunks=False", "'chunks' argument must be None", "h5py's own value for no chunks, refused by one of its checks"),
    (r"libver", "", "the newest name is that of the library's own version"),
    (r"MultiBlockSlice", "selection \\+ offset not within extent", "h5py misplaces blocks over which it spreads a value"),
)]


NOTICED = re.compile("no appropriate function|No conversion path")  # where fiver raises too, it is the same


def leaves_something(step, theirs):
    """Where h5py can't make a dataset or a link, the groups on the way to it stay behind, or the dataset whose values can't be written; fiver leaves nothing."""
    return isinstance(theirs, Exception) and bool(re.search(r"(create|require)_\w+\(|^[fg]\[[^]]*\] = |setdefault\(|update\(|copy\(", step))


WRONG_INDEX = re.compile("^IndexError|increasing order|can't process|indexing arguments|newaxis|incompatible shape|Step must|No such field")


def is_excused(step, ours, theirs):
    if NOTICED.search(repr(theirs)) and isinstance(ours, Exception):
        return False
    if "] = " in step and isinstance(theirs, Exception) and WRONG_INDEX.search(repr(ours)):
        return True  # the index is wrong, and so is the value: h5py looks at that first
    return any(pattern.search(step) and answer.search(repr(theirs)) for pattern, answer, _why in EXCUSED)


def same_answer(ours, theirs):
    """Where h5py raises, ours is the same kind of exception: one that a handler of h5py's would catch."""
    if isinstance(ours, Exception) or isinstance(theirs, Exception):
        return isinstance(theirs, Exception) and isinstance(ours, type(theirs))
    return ours == theirs


# --- files -------------------------------------------------------------------------------------------------------------------------------

def contents(path):
    """What h5py finds in a file: every object by every path, its facts, attributes and elements."""
    found, met = {}, {}
    with h5py.File(path, "r") as f:
        def look(item, path):
            address = h5py.h5o.get_info(item.id).addr
            if address in met:
                found[path] = ("the object", met[address])
                return
            met[address] = path
            found[path] = _facts(f, item)
            if isinstance(item, h5py.Group):
                for name in item:
                    link = item.get(name, getlink=True)
                    below = path.rstrip("/") + "/" + name
                    if isinstance(link, h5py.HardLink):
                        look(item[name], below)
                    else:
                        found[below] = form(h5py, f, link)

        look(f["/"], "/")
    return found


def _facts(f, item):
    attributes = {}
    for name in item.attrs:
        of = item.attrs.get_id(name)
        attributes[name] = (_read(lambda: form(h5py, f, item.attrs[name])), of.shape, _read(lambda: _stored(of.get_type())))
    facts = {"is": type(item).__name__, "attributes": attributes, "links": h5py.h5o.get_info(item.id).rc}
    if isinstance(item, h5py.Group):
        plist = item.id.get_create_plist()
        facts["order"] = (plist.get_link_creation_order(), plist.get_attr_creation_order())
    elif isinstance(item, h5py.Datatype):
        facts["type"] = _read(lambda: (type_form(h5py, item.dtype), _stored(item.id)))
    else:
        plist = item.id.get_create_plist()
        facts.update(type=_read(lambda: (type_form(h5py, item.dtype), _stored(item.id.get_type()))), shape=item.shape, maxshape=item.maxshape,
                     chunks=item.chunks, filters=[plist.get_filter(i)[:3:2] for i in range(plist.get_nfilters())],
                     fill=_read(lambda: form(h5py, f, item.fillvalue)), virtual=item.is_virtual, layout=plist.get_layout(),
                     defined=plist.fill_value_defined(), order=plist.get_attr_creation_order(),
                     times=(plist.get_fill_time(), plist.get_alloc_time() if not item.is_virtual else None),
                     value=_read(lambda: form(h5py, f, item[()])))
        if item.is_virtual:
            facts["sources"] = [(s.file_name, s.dset_name, s.vspace.get_select_npoints(), _read(s.vspace.get_select_bounds)) for s in item.virtual_sources()]
    return facts


def _stored(type_):
    """What is said of a type beyond its dtype."""
    said = [type_.get_class(), type_.get_size(), type_.committed()]
    if isinstance(type_, h5py.h5t.TypeStringID):
        said += [type_.get_strpad(), type_.get_cset(), type_.is_variable_str()]
    elif isinstance(type_, h5py.h5t.TypeOpaqueID):
        said.append(type_.get_tag())
    elif isinstance(type_, h5py.h5t.TypeCompoundID):
        said += [(type_.get_member_name(i), type_.get_member_offset(i), _stored(type_.get_member_type(i))) for i in range(type_.get_nmembers())]
    elif isinstance(type_, (h5py.h5t.TypeVlenID, h5py.h5t.TypeEnumID, h5py.h5t.TypeArrayID)):
        said.append(_stored(type_.get_super()))
    return said


def _read(function):
    try:
        return function()
    except Exception as error:
        return "unreadable: " + type(error).__name__


def digests(paths):
    """The lines of `h5 digest`, without what is of the file and not of its content."""
    said = subprocess.run([H5, "digest"] + paths, capture_output=True, text=True)
    if said.returncode or said.stderr:
        return said.stderr
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    for line in lines:
        line.pop("superblock", None)  # fiver has a style of its own where libver is not given
    return lines


def unlike(a, b, where=""):
    """Where two nested structures differ: "" or a sentence."""
    if isinstance(a, dict) and isinstance(b, dict):
        if list(a) != list(b):
            return "%s: names %s, h5py's %s" % (where, list(a), list(b))
        return next(filter(None, (unlike(a[key], b[key], "%s %s" % (where, key)) for key in b)), "")
    if isinstance(a, dict) != isinstance(b, dict):
        return "%s: %s, h5py's %s" % (where, a if not isinstance(a, dict) else "readable", b if not isinstance(b, dict) else "readable")
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and len(a) == len(b):
        return next(filter(None, (unlike(x, y, where) for x, y in zip(a, b))), "")
    return "" if a == b else "%s: %.300r, h5py's %.300r" % (where, a, b)


# --- one program by both ---------------------------------------------------------------------------------------------------------------------

def difference(program, phase=lambda name: None):
    """"", or how the two modules differ on the program: at which step, or in which part of the files."""
    while True:
        at, found = _compared(program, phase)
        if at is None:
            return found
        program = program.with_steps(program.steps[:at] + program.steps[at + 1:])


def _compared(program, phase):
    """(the number of a step that the rest is to be compared without, or None; how the modules differ)"""
    folder = tempfile.mkdtemp(prefix="fiver-program-")
    try:
        phase("h5py")
        theirs = run([h5py], folder + "/theirs", program)
        phase("fiver")
        ours = run([fiver, h5py] if program.turns else [fiver], folder + "/ours", program)
        phase("files")
        for at, (step, mine, wanted) in enumerate(zip(program.steps, ours, theirs)):
            if same_answer(mine, wanted) and leaves_something(step, wanted):
                return at, ""
            if not same_answer(mine, wanted):
                if is_excused(step, mine, wanted):
                    return at, ""
                return None, "%s\n  ours: %.500r\n  h5py: %.500r\n  %s" % (
                    step, mine, wanted, "" if isinstance(mine, Exception) or isinstance(wanted, Exception) else unlike(mine, wanted))
        for name in ("main.h5", "other.h5"):
            paths = [folder + "/ours/" + name, folder + "/theirs/" + name]
            found = unlike(_read(lambda: contents(paths[0])), _read(lambda: contents(paths[1])), name)
            if found:
                return None, "h5py finds another file: " + found
            if os.path.exists(H5):
                lines = digests(paths)
                if len(lines) != 2 or lines[0] != lines[1]:
                    return None, "h5 digest finds another file: %s: %s" % (name, lines if len(lines) != 2 else unlike(lines[0], lines[1]))
        return None, ""
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def shrunk(program, found, budget=400, phase=lambda name: None):
    """The program with as few steps as still show a difference at the same kind of step, and what they show."""
    kind = _kind(found)
    size = max(1, len(program.steps) // 2)
    while size:
        at = len(program.steps)
        while at > 0 and budget > 0:
            at = max(0, at - size)
            steps = program.steps[:at] + program.steps[at + size:]
            if not steps or len(steps) == len(program.steps):
                continue
            budget -= 1
            smaller = program.with_steps(steps)
            shown = _difference_or_none(smaller, phase)
            if shown and _kind(shown) == kind:
                program, found = smaller, shown
        size //= 2
    return program, found


def _difference_or_none(program, phase):
    try:
        return difference(program, phase)
    except Exception:  # what is left of the program breaks h5py's file
        return ""


def _kind(found):
    return found.split("\n")[0] if "\n" in found else found.split(":")[0]
