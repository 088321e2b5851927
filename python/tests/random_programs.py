"""Random programs of h5py calls, made of a seed. What a program knows of its file is a guess: calls that fail are part of it."""
import random

import numpy as np
from random_runner import Program
from random_selections import selection
from random_values import SIMPLE, TYPES

NAMES = ("a", "b", "c", "d", "g", "g/x", "g/y", "g/h", "g/h/z", "k", "\u00fc", "long name of an object")
ATTRIBUTES = ("one", "two", "three", "\u00e4", "units")
LIBVER = (None, None, "earliest", "latest", "v108", "v110", ("earliest", "v110"), ("v108", "latest"), "v114")
FIELDS = {"pair": "xy", "mixed": "abcd", "aligned": "abc", "nested": "pn", "rows": "vt", "complexes": "zw", "named": ("name", "n"), "lists": "kl",
          "coloured": "cs", "linked": "rn", "apart": "qp"}


class Known:
    """What the generator believes of an object."""

    def __init__(self, kind, type_=None, shape=None, maxshape=None, chunked=False):
        self.kind, self.type, self.shape, self.maxshape, self.chunked = kind, type_, shape, maxshape, chunked


class Generator:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.known, self.held, self.steps = {}, {}, []
        self.making = False

    def program(self, seed):
        r = self.r
        options = {}
        libver = r.choice(LIBVER)
        if libver is not None:
            options["libver"] = libver
        if r.random() < 0.15:
            options["track_order"] = True
        calls = [(20, self.create), (3, self.group), (14, self.write), (6, self.resize), (16, self.attribute), (6, self.link), (5, self.move),
                 (5, self.copy), (5, self.delete), (26, self.read), (8, self.facts), (8, self.walk), (5, self.hold), (4, self.chunk), (3, self.scale),
                 (2, self.virtual), (2, self.other), (3, self.reopen), (3, self.assign)]
        weights = [weight for weight, _call in calls]
        if r.random() < 0.4:  # a program of one mind
            weights = [weight * r.choice((0, 1, 4)) for weight in weights]
            weights[0] = 20
        turns = r.random() < 0.3
        if turns:
            weights[-2] += 12
        for _ in range(r.choice((6, 12, 20, 30, 45))):
            r.choices([call for _weight, call in calls], weights)[0]()
        return Program(seed, self.steps, options, turns)

    def say(self, step):
        self.steps.append(step)

    # --- choices ---------------------------------------------------------------------------------------------------------------------------

    def seed(self):
        return self.r.randrange(1000)

    def new_name(self):
        name = self.r.choice(NAMES)
        if self.r.random() < 0.85:  # rather one that can be made
            free = [name for name in NAMES if name not in self.known and self._place(name)]
            name = self.r.choice(free or NAMES)
        if self.r.random() < 0.06:
            name = self.r.choice(("/" + name, name + "/", "//" + name, "./" + name, "", "/", "a/q", ".", name + "//w"))
        return name

    def _place(self, name):
        while "/" in name:
            name = name.rsplit("/", 1)[0]
            if name in self.known and self.known[name].kind != "group":
                return False
        return True

    def old_name(self, *kinds):
        names = [name for name, known in self.known.items() if not kinds or known.kind in kinds]
        if not names and "dataset" in kinds and not self.making:
            self.making = True
            self.create()
            self.making = False
            return self.old_name(*kinds, "any")
        if not names or self.r.random() < 0.03:
            return self.r.choice(NAMES)
        return self.r.choice(names)

    def type_name(self):
        return self.r.choice(SIMPLE) if self.r.random() < 0.4 else self.r.choice(list(TYPES))

    def shape(self):
        r = self.r
        rank = r.choice((0, 1, 1, 1, 2, 2, 2, 3))
        return tuple(r.choice((1, 2, 3, 4, 5, 7, 10, 0) if r.random() < 0.3 else (2, 3, 4, 5, 7, 10)) for _ in range(rank))

    def dataset(self):
        """The name of a dataset, its expression (perhaps a held object) and what is known of it."""
        name = self.old_name("dataset")
        known = self.known.get(name) or Known("dataset", "<i4", (3,))
        held = [var for var, path in self.held.items() if path == name]
        expression = self.r.choice(held) if held and self.r.random() < 0.5 else "f[%r]" % name
        return name, expression, known if known.kind == "dataset" else Known("dataset", "<i4", (3,))

    def anything(self):
        name = self.old_name()
        held = [var for var, path in self.held.items() if path == name]
        return self.r.choice(held) if held and self.r.random() < 0.4 else self.r.choice(("f[%r]" % name,) * 6 + ("f",))

    def learn(self, name, known):
        name = name.strip("/")
        if name and name not in self.known and "//" not in name and not name.startswith("."):
            self.known[name] = known
            if "/" in name:
                self.learn(name.rsplit("/", 1)[0], Known("group"))

    # --- making ----------------------------------------------------------------------------------------------------------------------------

    def create(self):
        r, name, type_, shape = self.r, self.new_name(), self.type_name(), self.shape()
        if type_ == "vlen_vlen" and 0 in shape + (len(shape),):
            type_ = "vlen_i4"  # NumPy has no way to say one sequence of sequences
        if r.random() < 0.1:
            value = r.choice(("5", "2.5", "True", "'text'", "b'bytes'", "[1, 2, 3]", "[[1.5, 2], [3, 4]]", "['a', 'bcd']", "np.float32(1.5)", "1+2j", "None", "{}",
                              "[b'x', b'yz']", "m.Empty('f4')", "m.Empty(T('utf8'))", "np.datetime64('2020-01-01')", "object()", "range(4)", "[1, [2]]",
                              "np.array(['a', 'b'])", "np.void(b'abc')", "np.bytes_(b'ab')", "()", "[]", "np.ma.masked_array([1, 2], [0, 1])"))
            self.say(r.choice(("f[%r] = %s", "f.create_dataset(%r, data=%s)")) % (name, value))
            self.learn(name, Known("dataset", "<i8", ()))
            return
        if r.random() < 0.05:
            self.say("f[%r] = T(%r)" % (name, type_))
            return self.learn(name, Known("type", type_))
        if r.random() < 0.2:
            self.say("f[%r] = V(%r, %r, %d)" % (name, type_, shape, self.seed()))
            return self.learn(name, Known("dataset", type_, shape))
        words, chunked, maxshape = self.creation(type_, shape)
        how = r.random()
        if how < 0.45:
            words.insert(0, "data=V(%r, %r, %d)" % (type_, shape, self.seed()))
        elif how < 0.55:
            words[:0] = ["shape=%r" % (shape,), "data=V(%r, %r, %d)" % (r.choice(SIMPLE) if type_ in SIMPLE else type_, shape, self.seed()), "dtype=T(%r)" % type_]
        elif how < 0.9:
            words[:0] = ["shape=%r" % (shape,), "dtype=T(%r)" % type_]
        elif how < 0.95:
            typed = self.old_name("type")
            type_ = self.known[typed].type if typed in self.known else type_
            words[:0] = ["shape=%r" % (shape,), "dtype=f[%r]" % typed]
        else:
            words[:0] = ["shape=%r" % (shape,)]
            type_ = "<f4"
        if how >= 0.55 and not any("fill" in word for word in words):
            words.append("fill_time='alloc'")  # else libhdf5 shows what was in that place of the file before
        call = "create_dataset"
        if r.random() < 0.08:
            call = "require_dataset"
            words = [word for word in words if not word.startswith("data=")]
            words = (["shape=%r" % (shape,)] if not any(w.startswith("shape") for w in words) else []) + words
            if not any(w.startswith("dtype") for w in words):
                words.append("dtype=T(%r)" % type_)
            if r.random() < 0.3:
                words.append("exact=True")
        elif r.random() < 0.04:
            self.say("f.create_dataset_like(%r, f[%r])" % (name, self.old_name("dataset")))
            return
        where = "f" if r.random() < 0.9 or "g" not in self.known else "f[%r]" % self.old_name("group")
        self.say("%s.%s(%s)" % (where, call, ", ".join(["None" if r.random() < 0.02 else repr(name)] + words)))
        self.learn(name if where == "f" else where[3:-2] + "/" + name, Known("dataset", type_, shape, maxshape or shape, chunked))

    def creation(self, type_, shape):
        """Keywords of create_dataset; whether there are chunks; the largest shape."""
        r, words, chunked, maxshape = self.r, [], False, None
        if r.random() < 0.3:
            words.append("chunks=%r" % (True if r.random() < 0.2 else tuple(max(1, r.randint(1, n) if n else 1) for n in shape),))
            chunked = True
        if 0 in shape and words != ["chunks=%r" % (tuple(1 for _ in shape),)]:
            return [], False, None  # the chunk that is guessed is not h5py's
        if r.random() < 0.3:
            maxshape = tuple(None if r.random() < 0.6 else n + r.randint(0, 6) for n in shape)
            words.append("maxshape=%r" % (maxshape if r.random() < 0.95 else None,))
            chunked = True
        if r.random() < 0.2:
            words.append(r.choice(("compression='gzip'", "compression='gzip', compression_opts=9", "compression='lzf'", "compression=4", "compression=1", "compression='nope'",
                                   "compression='gzip', compression_opts=11", "compression='szip'", "compression='gzip', shuffle=True", "compression='lzf', fletcher32=True")))
            chunked = True
        if r.random() < 0.1:
            # Digits of integers that don't fit are lost, in ways of their own.
            words.append(r.choice(("shuffle=True", "fletcher32=True", "scaleoffset=0", "scaleoffset=3" if "f" in type_ else "scaleoffset=0", "scaleoffset=True", "chunks=False")))
            chunked = True
        if r.random() < 0.15:
            words.append("fillvalue=True" if type_ == "?" else r.choice(("fillvalue=7", "fillvalue=V(%r, (), 3)[()]" % type_, "fillvalue=-1", "fillvalue=2.5", "fill_time='alloc'", "fill_time='ifset'",
                                   "fillvalue='x'", "fill_time='bad'")))
        if r.random() < 0.06:
            words.append(r.choice(("track_order=True", "track_times=False", "allow_unknown_filter=True", "rdcc_nbytes=1024", "dapl=None", "nonsense=1")))
        # Of several things that are wrong, one of either's choice is reported.
        doubtful = [word for word in words if any(part in word for part in ("nope", "11", "szip", "scaleoffset", "fillvalue", "bad", "nonsense", "=False", "never"))]
        return [word for word in words if word not in doubtful[1:]], chunked, maxshape

    def group(self):
        name = self.new_name()
        step = self.r.choice(("f.create_group(%r)", "f.create_group(%r)", "f.require_group(%r)", "f.create_group(%r, track_order=True)"))
        if "track_order" in step:  # groups on the way are as h5py's default has it, whatever is there
            name = name.replace("/", "")
        self.say(step % name)
        self.learn(name, Known("group"))

    def assign(self):
        """An object's own name, its neighbours, a committed type."""
        self.say(self.r.choice(("f[{0!r}] = f[{1!r}].dtype", "f[{0!r}] = f[{1!r}]", "f.require_group({0!r})", "f.require_dataset({1!r}, {2!r}, 'i4')",
                                "f[{1!r}].parent", "f[{1!r}].file", "f.setdefault({0!r}, 5)", "f.update(" "{{{0!r}: 3}})")).format(self.new_name(), self.old_name(), self.shape()))

    # --- writing ---------------------------------------------------------------------------------------------------------------------------

    def write(self):
        r = self.r
        name, item, known = self.dataset()
        if known.shape is None or known.type is None:
            return self.say("%s[...] = 1" % item)
        how = r.random()
        fields = FIELDS.get(known.type)
        if fields and how < 0.3:
            field = r.choice(fields)
            return self.say("%s[%s] = V(%r, %r, %d)[%r]" % (item, r.choice((repr(field), "..., %r" % field)), known.type, known.shape, self.seed(), field))
        text, selected = selection(r, known.shape)
        if "MultiBlock" in text:  # h5py misplaces blocks over which it spreads a value
            text, selected = "...", known.shape
        if known.type == "vlen_vlen":
            text, selected, how = "...", known.shape, 0.5
        # h5py takes what is no sequence for one, and crashes.
        sequences = known.type.startswith("vlen_") or known.type == "lists"
        type_ = known.type if sequences or r.random() < 0.85 else self.type_name()
        if how < 0.6 or sequences and how > 0.8:
            given = selected
            if given is not None and known.type != "vlen_vlen" and r.random() < 0.15:
                given = r.choice((tuple(n for n in given if n != 1), (1,) + given, given[1:], tuple(n + 1 for n in given), given[:-1] + (1,)))
            value = "V(%r, %r, %d)" % (type_, selected if given is None and selected else given or (), self.seed())
            if given == () and r.random() < 0.7:
                value += "[()]"
        elif how < 0.8:
            value = "V(%r, (), %d)[()]" % (type_, self.seed())
        elif how < 0.9:
            value = r.choice(("5", "-1", "2.5", "300", "'text'", "b'x'", "None", "[1, 2]", "True", "np.float64(1e10)", "1+2j", "()", "[]", "'\u20ac'", "2**40"))
        else:
            whole = "V(%r, %r, %d)" % (type_, known.shape, self.seed())
            where = "np.s_[%s]" % text if r.random() < 0.6 else "None"
            return self.say(r.choice(("%s.write_direct(%s)" % (item, whole), "%s.write_direct(%s, %s, %s)" % (item, whole, where, where))))
        self.say("%s[%s] = %s" % (item, text, value))

    def resize(self):
        r = self.r
        name, item, known = self.dataset()
        shape = known.shape or ()
        changed = tuple(max(0, n + r.randint(-3, 5)) if r.random() < 0.7 else n for n in shape)
        if r.random() < 0.05:
            changed += (2,)
        if shape and r.random() < 0.3:
            axis = r.randrange(len(shape))
            self.say("%s.resize(%d, axis=%d)" % (item, changed[axis], axis if r.random() < 0.95 else 7))
            changed = shape[:axis] + (changed[axis],) + shape[axis + 1:]
        else:
            self.say(r.choice(("%s.resize(%r)", "%s.resize(%r)", "%s.shape = %r")) % (item, changed))
        limits = known.maxshape or shape
        if known.chunked and len(changed) == len(limits) and all(limit is None or n <= limit for n, limit in zip(changed, limits)):
            known.shape = changed

    def attribute(self):
        r, on, name = self.r, self.anything() + ".attrs", self.r.choice(ATTRIBUTES)
        type_, shape = self.type_name(), self.shape()
        if r.random() < 0.1:
            name = "n%d" % r.randrange(30)
        value = "V(%r, %r, %d)" % (type_, shape, self.seed()) + ("[()]" if r.random() < 0.2 else "")
        if r.random() < 0.3:
            value = r.choice(("1", "2.5", "'text'", "b'bytes'", "[1, 2]", "'\u20ac'", "['a', 'bc']", "True", "None", "m.Empty('i2')", "f.ref", "np.int8(3)", "'a\\0b'", "b'\\xff'", "''",
                              "np.zeros(9000)", "np.zeros(20000, 'u1')", "{}", "[]", "f[%r].ref" % self.old_name(), "1+2j", "np.array(['x', 'yz'])", "np.str_('z')", "[b'a', b'']"))
        if value.startswith("np.zeros("):
            name = "big"  # h5py may fail at it, and would have lost the attribute in whose place it is
        step = r.choice(("{0}[{1!r}] = {2}",) * 8 + ("{0}.create({1!r}, {2})",) * 2 + (
            "{0}.create({1!r}, {5}, dtype=T({3!r}))", "{0}.create({1!r}, {2}, shape={4!r})", "{0}.create({1!r}, {5}, {4!r}, T({3!r}))", "{0}.modify({1!r}, {2})", "{0}.modify({1!r}, {2})",
            "del {0}[{1!r}]", "del {0}[{1!r}]", "{0}[{1!r}]", "{0}[{1!r}]", "{0}[{1!r}]", "{0}.get({1!r})", "{0}.get({1!r}, 4)", "{1!r} in {0}", "list({0})", "len({0})", "list({0}.items())",
            "list({0}.values())", "{0}.keys()", "{0}.pop({1!r})", "{0}.get_id({1!r}).dtype", "{0}.get_id({1!r}).shape", "{0}.setdefault({1!r}, {2})", "{0}.update({{{1!r}: {2}}})",
            "{0}.popitem()", "list(reversed({0}.keys()))", "{0}.get_id({1!r}).get_type().get_size()", "{0} == {0}", "{0}.clear()",
            "[{0}.__setitem__('n%d' % i, i) for i in range(12)]", "{0}.rename({1!r}, 'two')" if hasattr(dict, "rename") else "m.h5a.exists({0}._id, {1!r}.encode())"))
        self.say(step.format(on, name, value, type_, shape, "V(%r, %r, 1)" % (type_, shape) if type_.startswith("vlen_") or type_ == "lists" else value))

    def chunk(self):
        r = self.r
        name, item, known = self.dataset()
        shape = known.shape or (3,)
        where = tuple(r.randrange(max(1, n)) for n in shape)
        text, _selected = selection(r, shape)
        self.say(r.choice(("{0}.id.get_num_chunks()", "{0}.id.get_chunk_info(0)", "{0}.id.get_chunk_info({3})", "{0}.id.get_chunk_info_by_coord({1!r})", "list({0}.iter_chunks())",
                           "list({0}.iter_chunks(np.s_[{2}]))", "{0}.id.read_direct_chunk({1!r})[0]", "{0}.chunks", "{0}.id.write_direct_chunk({4!r}, b'\\1' * {5})",
                           "({0}.id.get_storage_size() == 0)", "{0}.id.get_space_status()", "{0}.id.get_chunk_info(0).size if not {0}.compression else 0")).format(
            item, where, text, r.randrange(4), tuple(0 for _ in shape), 4 * max(1, int(np.prod(shape)))))

    def scale(self):
        name, item, known = self.dataset()
        other = "f[%r]" % self.old_name("dataset")
        self.say(self.r.choice(("{0}.make_scale({2!r})", "{0}.make_scale()", "{0}.is_scale", "{0}.dims[0].attach_scale({1})", "{0}.dims[0].attach_scale({1})", "{0}.dims[0].detach_scale({1})",
                                "{0}.dims[0].label = {2!r}", "{0}.dims[0].label", "len({0}.dims)", "list({0}.dims[0].keys())", "{0}.dims[0][0]", "{0}.dims[0][{2!r}]", "len({0}.dims[0])",
                                "[d.label for d in {0}.dims]", "{0}.dims[5]", "{0}.dims[0].items()", "{0}.dims[0].values()")).format(item, other, self.r.choice(("", "x", "time"))))

    def virtual(self):
        r = self.r
        source = self.old_name("dataset")
        known = self.known.get(source)
        shape = known.shape if known and known.kind == "dataset" and known.shape and 0 not in known.shape else (3,)
        name, type_ = self.new_name(), known.type if known and known.type else "<i4"
        made = r.choice(("m.VirtualSource(f[%r])" % source, "m.VirtualSource('other.h5', %r, shape=%r)" % (source, shape)))
        self.say("L = m.VirtualLayout(shape=%r, dtype=T(%r))" % ((2,) + shape, type_))
        self.say(r.choice(("L[%d] = %s" % (r.randrange(2), made), "L[1, ...] = %s[...]" % made, "L[0, 1:] = %s[:-1]" % made)))
        self.say("f.create_virtual_dataset(%r, L%s)" % (name, r.choice(("", ", fillvalue=0"))))
        self.learn(name, Known("dataset", type_, (2,) + shape))

    # --- links -----------------------------------------------------------------------------------------------------------------------------

    def link(self):
        name, old = self.new_name(), self.old_name()
        step = self.r.choice(("f[{0!r}] = f[{1!r}]", "f[{0!r}] = f[{1!r}]", "f[{0!r}] = m.SoftLink({1!r})", "f[{0!r}] = m.SoftLink('/' + {1!r})", "f[{0!r}] = m.ExternalLink('other.h5', {1!r})",
                              "f[{0!r}] = m.ExternalLink('none.h5', '/x')", "f[{0!r}] = m.HardLink()", "f[{0!r}] = m.SoftLink('nowhere')"))
        self.say(step.format(name, old))
        if "ExternalLink" not in step and "HardLink()" not in step and "nowhere" not in step and old in self.known:
            self.learn(name, self.known[old])

    def move(self):
        old, name = self.old_name(), self.new_name()
        self.say(self.r.choice(("f.move(%r, %r)", "f.move(%r, %r)", "f['/'].move(%r, %r)")) % (old, name))
        if old in self.known and name not in self.known:
            self.learn(name, self.known.pop(old))

    def copy(self):
        r, old, name = self.r, self.old_name(), self.new_name()
        flags = "".join(", %s=True" % flag for flag in ("shallow", "expand_soft", "expand_external", "expand_refs", "without_attrs") if r.random() < 0.12)
        step = r.choice(("f.copy({0!r}, {1!r}{2})", "f.copy(f[{0!r}], {1!r}{2})", "f.copy({0!r}, f[{3!r}]{2})", "f.copy(f[{0!r}], f[{3!r}], name={1!r}{2})", "g.copy(f[{0!r}], {1!r}{2})",
                         "f.copy({0!r}, g{2})", "g.copy({1!r}, f{2})"))
        above = self.old_name("group")
        if (above + "/").startswith(old + "/") or name.strip("/.").startswith(old + "/"):
            above, name = "k", "copy"  # a copy in what is copied has in it what was made first of the two
        # libhdf5 copies a dataset without what an open handle has still to write.
        self.say("f.flush(); " + step.format(old, name, flags, above))
        if step.startswith(("f.copy({0!r}, {1", "f.copy(f[{0!r}], {1")) and old in self.known:
            self.learn(name, self.known[old])

    def delete(self):
        name = self.old_name() if self.r.random() < 0.95 else self.new_name()
        self.say(self.r.choice(("del f[%r]", "del f[%r]", "del f[%r]", "f.pop(%r)", "f.__delitem__(%r)")) % name)
        for path in list(self.known):
            if path == name or path.startswith(name + "/"):
                self.known.pop(path, None)

    def other(self):
        """The second file."""
        self.say(self.r.choice(("g.create_dataset({0!r}, data=V({1!r}, {2!r}, {3}))", "g.require_group({0!r})", "f[{0!r}] = g['/']", "list(g)", "g.visit(lambda name: None)", "g == f", "g.filename",
                                "g[{0!r}][()]")).format(self.new_name(), self.r.choice(SIMPLE), self.shape(), self.seed()))

    # --- asking ----------------------------------------------------------------------------------------------------------------------------

    def read(self):
        r = self.r
        name, item, known = self.dataset()
        shape = known.shape or ()
        text, selected = selection(r, shape)
        fields = FIELDS.get(known.type)
        how = r.random()
        if fields and how < 0.3:
            names = r.sample(list(fields), r.randint(1, 2))
            chosen = ", ".join(map(repr, names))
            return self.say(r.choice(("{0}[{1}]", "{0}[{2}, {1}]", "{0}.fields({3})[{2}]", "{0}[{1}, {2}]", "{0}.fields([{1}])[{2}]", "{0}['nofield']", "{0}[{2}][{1}]")).format(
                item, chosen, text, repr(names[0]) if r.random() < 0.5 else repr(list(names))))
        if how < 0.62:
            return self.say("%s[%s]" % (item, text))
        other = self.type_name()
        out = "(lambda a: (%s.read_direct(a%s), a))(np.zeros(%r, T(%r)))[1]"
        self.say(r.choice((
            "{0}[()]", "{0}[...]", "{0}.astype(T({2!r}))[{1}]", "{0}.astype('f8')[{1}]", "{0}.asstr()[{1}]", "{0}.asstr('latin-1', 'replace')[{1}]", "list({0})", "len({0})", "np.asarray({0})",
            "np.array({0}, dtype='f4')", "{0}[{0}.regionref[{1}]]", "{0}.regionref[{1}]", "{0}[f.ref]", "{0}.ref", "f[{0}.ref]", "m.Dataset.__getitem__({0}, np.s_[{1}])",
            out.replace("{", "{{") % (item, "", shape, known.type), out.replace("{", "{{") % (item, ", np.s_[%s], np.s_[%s]" % (text, text), shape, known.type),
            out.replace("{", "{{") % (item, ", np.s_[%s]" % text, selected or shape, known.type if r.random() < 0.8 else other), "{0}.astype('i4')", "{0}[{1}] == {0}[{1}]",
            "{0}[0]", "{0}[-1]", "{0}.len()", "{0}.astype(T({2!r}))[...]", "next(iter({0}))", "sum(1 for _ in {0})", "{0}[np.s_[{1}]].shape", "np.asarray({0}.fields('x'))",
        )).format(item, text, other))

    def facts(self):
        name, item, known = self.dataset()
        self.say(self.r.choice((
            "{0}.dtype", "{0}.shape", "{0}.size", "{0}.ndim", "{0}.nbytes", "{0}.maxshape", "{0}.chunks", "{0}.compression, {0}.compression_opts", "{0}.shuffle, {0}.fletcher32, {0}.scaleoffset",
            "{0}.fillvalue", "{0}.is_virtual", "{0}.external", "repr({0})", "{0}.name", "{0}.id.get_type().get_size()", "bool({0})", "{0}.flush()", "{0}.refresh()", "{0} == {1}", "{0} in [{1}]",
            "{0}.id.get_create_plist().get_nfilters()", "{0}.virtual_sources()", "{0}.file == f", "{0}.parent", "str({0}.dtype)", "len({0}.attrs)", "m.h5o.get_info({0}.id).rc",
            "{0}.id.get_type().get_class()", "m.check_string_dtype({0}.dtype)", "m.check_vlen_dtype({0}.dtype)", "f[{0}.name] == {0}", "hash({0}) == hash(f[{0}.name])", "{0}.is_scale")).format(
                item, "f[%r]" % self.old_name()))

    def walk(self):
        where = self.r.choice(("f", "f", "f[%r]" % self.old_name("group"), self.anything()))
        self.say(self.r.choice((
            "list({0})", "len({0})", "list({0}.keys())", "list({0}.values())", "list({0}.items())", "{1!r} in {0}", "{0}.get({1!r})", "{0}.get({1!r}, getclass=True)",
            "{0}.get({1!r}, getlink=True)", "{0}.get({1!r}, getclass=True, getlink=True)", "{0}.get({1!r}, 'default')", "(lambda l: ({0}.visit(l.append), l))([])",
            "(lambda l: ({0}.visititems(lambda n, o: l.append((n, o))), l))([])", "(lambda l: ({0}.visititems_links(lambda n, o: l.append((n, o))), l))([])",
            "(lambda l: ({0}.visit_links(l.append), l))([])", "{0}.visit(lambda n: n if 'a' in n else None)", "{0}[{1!r}]", "{0}[{1!r}].name", "list(reversed({0}))", "repr({0})", "{0}.keys()",
            "{0}.name", "{0}.parent", "f[f[{1!r}].ref]", "f.flush()", "f.mode", "f.libver", "{0}[None]", "{0}[3]", "{0}[b'a']",
            "f[{1!r}] in f.values()", "bool({0})", "m.h5i.get_name({0}.id)", "{0}.popitem()", "[type(o) for o in {0}.values()]", "f.userblock_size", "f.driver", "f.filename", "f.name")).format(
                where, self.old_name()))

    def hold(self):
        name, var = self.old_name(), self.r.choice("pqs")
        self.say("%s = f[%r]" % (var, name))
        self.held[var] = name

    def reopen(self):
        mode = self.r.choice(("r+", "r+", "a", "r"))
        self.say("reopen " + mode)
        self.held.clear()
        if mode == "r":
            for _ in range(self.r.randrange(6)):
                self.r.choice((self.read, self.facts, self.walk, self.attribute, self.create, self.write, self.delete))()
            self.say("reopen r+")


def program(seed):
    return Generator(seed).program(seed)
