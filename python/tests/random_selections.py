"""Selections of random programs: most are right, some are what h5py refuses."""


def selection(r, shape):
    """The text between the brackets and the shape that it selects, where that is known."""
    how = r.random()
    if how < 0.12 or not shape:
        return r.choice((("...", shape), ("()", shape))) if shape or r.random() < 0.8 else (r.choice((":", "0", "..., 0", "(...,)", "np.newaxis")), None)
    if how < 0.16:
        return "m.MultiBlockSlice(start=%d, count=%d, stride=%d, block=%d)" % (r.randrange(3), r.randint(1, 3), r.randint(1, 4), r.randint(1, 3)), None
    if how < 0.22:
        return "np.arange(%d).reshape(%r) %% %d == 0" % (_product(shape), shape, r.randint(1, 4)), (len(range(0, _product(shape), 1)),) if False else None
    if how < 0.30:
        return r.choice(("np.newaxis", "1.5", "'nofield'", "None", "0, 0, 0, 0, 0", "..., ...", "{}", "[[0, 1], [1, 0]]", "b'x'", "0.0", "slice(None, None, 0)", "::-1", "True", "np.array(0)",
                         "np.int16(0)", "[True] * %d" % shape[0], "np.zeros(%d, bool)" % shape[0], "np.ones(%d, bool)" % (shape[0] + 1), "[]", "np.array([], int)", "(0,)", "(slice(1),)",
                         "range(%d)" % shape[0], "0:2, [0]", "[0], [0]", "object()", "np.array([0.5])", "slice(2**70)", "-2**63", "2**64")), None
    texts, selected = [], []
    lists = 0
    rank = len(shape) if r.random() < 0.7 else r.randint(1, len(shape))
    for n in shape[:rank]:
        text, size = _one(r, n, lists == 0)
        lists += text.startswith(("[", "np"))
        texts.append(text)
        if size is not None:
            selected.append(size)
    selected += shape[rank:]
    if r.random() < 0.15:
        at = r.randint(0, len(texts))
        if rank == len(shape) or at == len(texts):
            texts.insert(at, "...")
        else:
            texts.append("...")
    return ", ".join(texts), tuple(selected)


def _one(r, n, may_list):
    """Of one dimension: the text, and how many are selected (None: the dimension goes)."""
    how = r.random()
    if how < 0.25:
        at = r.randrange(n) if n else 0
        if r.random() < 0.1:
            at += n
        return str(at - n if r.random() < 0.3 else at), None
    if how < 0.4:
        return ":", n
    if how < 0.8 or not may_list or not n:
        chosen = slice(*(r.choice((None, r.randint(0, n), r.randint(-n, n), r.randint(0, n + 2))) for _ in range(2)), r.choice((None, None, 1, 2, 3)))
        text = "%s:%s" % ("" if chosen.start is None else chosen.start, "" if chosen.stop is None else chosen.stop)
        return text + (":%d" % chosen.step if chosen.step else ""), len(range(*chosen.indices(n)))
    if how < 0.92:
        chosen = sorted(r.sample(range(n), r.randint(0 if r.random() < 0.2 else 1, n)))
        if r.random() < 0.1:
            chosen += chosen[-1:]
        elif r.random() < 0.1:
            chosen.reverse()
        elif r.random() < 0.1:
            chosen = [c - n for c in chosen]
        return r.choice(("%r", "np.array(%r, dtype=int)")) % chosen, len(chosen)
    mask = [r.random() < 0.5 for _ in range(n)]
    return "np.array(%r)" % mask, sum(mask)


def _product(shape):
    product = 1
    for n in shape:
        product *= n
    return product
