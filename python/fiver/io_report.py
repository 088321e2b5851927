"""What a script read and wrote, in a few lines, with advice: ``python -m fiver SCRIPT`` prints it at the script's end."""
import json
import os
import time

from . import _fiver, files

SHOWN = 8  #: datasets in the text; the rest is summed up
_WASTED = 4 << 20  #: bytes decoded in vain below which nothing is said
_MANY, _SMALL = 1000, 4096  #: calls, and bytes of each, that are many and small
_TINY_CHUNK = 8 << 10


class IoReport:
    """Watches every file that is opened from now on."""

    def __init__(self):
        self._log = _fiver.IoLog()
        self._started = time.perf_counter()
        self._process = os.getpid()
        files._io_log = self._log

    def facts(self):
        """All figures, as what JSON is made of: files, datasets (each with its reads and writes), totals, advice."""
        opened = {}
        for name, mode, times in self._log.files():
            entry = opened.setdefault(name, {"file": name, "opened": 0, "written": False})
            entry["opened"] += times
            entry["written"] |= mode != "r"
        datasets = self._log.datasets()
        for d in datasets:  # in a file that a link or a virtual dataset led to
            opened.setdefault(d["file"], {"file": d["file"], "opened": 0, "written": bool(d["writes"]["calls"])})
        advice = [{"file": name, "dataset": None, "text": "it was opened %d times: keep it open, opening costs more than a small read" % entry["opened"]}
                  for name, entry in opened.items() if entry["opened"] >= _MANY]
        for d in sorted(datasets, key=_weight, reverse=True):
            advice += [{"file": d["file"], "dataset": d["path"], "text": text} for text in advice_for(d)]
        for d in datasets:
            for kind in ("reads", "writes"):
                d[kind]["sizes"] = [{"size": list(size), "calls": n} for size, n in d[kind]["sizes"].items()]
        return {"seconds": time.perf_counter() - self._started, "files": list(opened.values()), "datasets": datasets,
                "totals": _totals(datasets), "advice": advice}

    def text(self):
        """The report as lines for people."""
        return "\n".join(_lines(self.facts())) + "\n"

    def write(self, to):
        """Writes it: to a stream, or into the file of a name, as JSON where that ends in .json. A child of the process that was watched writes nothing."""
        if os.getpid() != self._process:
            return
        if hasattr(to, "write"):
            to.write(self.text())
            return
        with open(to, "w", encoding="utf-8", errors="surrogateescape") as file:
            if os.fspath(to).endswith(".json"):
                json.dump(self.facts(), file, indent=1)
                file.write("\n")
            else:
                file.write(self.text())


def _weight(d):
    return d["reads"]["seconds"] + d["writes"]["seconds"], d["reads"]["delivered_bytes"] + d["writes"]["bytes"]


def _totals(datasets):
    totals = {}
    for kind, names in (("reads", ("calls", "chunks", "stored_bytes", "decoded_chunks", "decoded_bytes", "decode_seconds", "used_bytes",
                                   "delivered_bytes", "direct_calls", "direct_bytes", "seconds")),
                        ("writes", ("calls", "bytes", "direct_calls", "direct_bytes", "seconds"))):
        totals[kind] = {name: sum(d[kind][name] for d in datasets) for name in names}
    return totals


# --- advice ----------------------------------------------------------------------------------------------------------------------------

def advice_for(d):
    """What would have made the script's work with one dataset cheaper, each as a sentence."""
    found = [rule(d, d["reads"], d["writes"]) for rule in (_partial_chunks, _tiny_chunks, _small_reads, _small_writes, _again_and_again,
                                                            _one_by_one, _missing)]
    return [text for text in found if text]


def _usual(sizes):
    """The size that most calls had."""
    return max(sizes, key=sizes.get) if sizes else None


def _partial_chunks(d, reads, _writes):
    wasted = reads["decoded_bytes"] - reads["used_bytes"]
    if not d["filtered"] or reads["decoded_bytes"] == 0:
        return None
    times = reads["decoded_chunks"] / reads["distinct_chunks"] if reads["distinct_chunks"] else 1
    if wasted < _WASTED or (times < 2 and reads["used_bytes"] * 2 > reads["decoded_bytes"]):
        return None
    share = "%s of what was decoded was wanted" % _percent(reads["used_bytes"] / reads["decoded_bytes"])
    size = _usual(reads["sizes"])
    if d["virtual"] or d["chunk"] is None or size is None:
        return share + "; plan(selection) tells what a read goes through"
    text = "reads of %s go through chunks of %s: " % (size, d["chunk"])
    if times >= 2:
        text += "%d chunks were decoded %.0f times each; read it in blocks of whole chunks" % (reads["distinct_chunks"], times)
    else:
        text += share
    better = suggested_chunk(d["shape"], size, d["element_size"], _product(d["chunk"]) * d["element_size"])
    if better != tuple(d["chunk"]):
        text += "%s if it is mostly read like this, rewrite it with chunks=%s" % (", or," if times >= 2 else ";", better)
    return text


def _tiny_chunks(d, reads, writes):
    count = max(reads["distinct_chunks"], writes["distinct_chunks"])
    if d["chunk"] is None or count < _MANY or _product(d["chunk"]) * d["element_size"] >= _TINY_CHUNK:
        return None
    better = suggested_chunk(d["shape"], d["chunk"], d["element_size"], 64 << 10)
    if better == tuple(d["chunk"]):
        return None
    return "%d chunks of %s each cost more to find than to read: create it with chunks=%s" % (
        count, _bytes(_product(d["chunk"]) * d["element_size"]), better)


def _small_reads(d, reads, _writes):
    if reads["calls"] < _MANY or reads["delivered_bytes"] > reads["calls"] * _SMALL:
        return None
    whole = _product(d["shape"]) * d["element_size"]
    text = "%d reads of %s each on average: " % (reads["calls"], _bytes(reads["delivered_bytes"] / reads["calls"]))
    if whole <= 256 << 20:
        return text + "it has %s in all, read it once, array = dataset[...]" % _bytes(whole)
    return text + "read larger blocks, or iterate over the dataset, which reads ahead"


def _small_writes(d, _reads, writes):
    if writes["calls"] < _MANY or writes["bytes"] > writes["calls"] * _SMALL:
        return None
    text = "%d writes of %s each on average: collect them in an array and write " % (writes["calls"], _bytes(writes["bytes"] / writes["calls"]))
    if d["chunk"] is None:
        return text + "it at once"
    if _product(d["chunk"]) * d["element_size"] >= _TINY_CHUNK:
        return text + "blocks of whole chunks, %s" % (d["chunk"],)
    return text + "larger blocks, in larger chunks, such as %s" % (suggested_chunk(d["shape"], d["chunk"], d["element_size"], 64 << 10),)


def _again_and_again(d, reads, _writes):
    whole = _product(d["shape"]) * d["element_size"]
    if whole < 1 << 20 or reads["sizes"].get(tuple(d["shape"]), 0) < 3:
        return None
    return "it was read whole %d times: keep the array" % reads["sizes"][tuple(d["shape"])]


def _one_by_one(d, reads, _writes):
    """One frame after the other, decoded by the thread that reads."""
    size = _usual(reads["sizes"])
    if (size is None or size[0] != 1 or tuple(size[1:]) != tuple(d["shape"][1:]) or reads["onward"] < 8 or reads["onward"] < 0.8 * (reads["calls"] - 1)
            or reads["seconds"] < 0.2 or not 0.5 < reads["decode_seconds"] / reads["seconds"] < 1.1 or _fiver.threads() == 1):
        return None
    return "its frames were read one after the other, each decoded on one core: for frame in dataset.frames() decodes ahead on all"


def _missing(_d, reads, _writes):
    if not reads["missing_elements"]:
        return None
    return "%d elements are fill values because files or datasets are missing: file.missing_sources() names them" % reads["missing_elements"]


def suggested_chunk(shape, size, element_size, target):
    """Chunks of about `target` bytes (64 KiB to 4 MiB) for a dataset that is read in blocks of `size`."""
    target = min(max(target, 64 << 10), 4 << 20) // element_size
    chunk = [max(min(n, m), 1) for n, m in zip(shape, size)]
    while _product(chunk) > target and max(chunk) > 1:
        i = chunk.index(max(chunk))
        chunk[i] = (chunk[i] + 1) // 2
    while _product(chunk) * 2 <= target:
        room = [i for i, n in enumerate(chunk) if n < shape[i]]
        if not room:
            break
        i = min(room, key=lambda j: (chunk[j], -j))
        chunk[i] = min(chunk[i] * 2, shape[i])
    return tuple(chunk)


# --- text ------------------------------------------------------------------------------------------------------------------------------

def _product(numbers):
    made = 1
    for n in numbers:
        made *= n
    return made


def _bytes(n):
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if n < 1024 or unit == "GiB":
            return "%d %s" % (n, unit) if unit == "bytes" else "%.1f %s" % (n, unit)
        n /= 1024


def _percent(share):
    return "%.0f %%" % (100 * share) if share >= 0.1 else "%.1f %%" % (100 * share)


def _seconds(n):
    return "%.2f s" % n if n >= 0.1 else "%.1f ms" % (1000 * n)


def _count(n, what):
    return "%d %s%s" % (n, what, "" if n == 1 else "s")


def _name(file, dataset):
    near = os.path.relpath(file) if os.path.isabs(file) else file
    name = near if len(near) < len(file) else file
    return name if dataset is None else name + ":" + dataset


def _read_line(d):
    r, parts = d["reads"], []
    if r["calls"]:
        text = "%s, %s in %s" % (_count(r["calls"], "read"), _bytes(r["delivered_bytes"]), _seconds(r["seconds"]))
        if r["decoded_chunks"]:
            text += "; %s (%s stored) decoded %s to %s in %s of all cores' time" % (
                _count(r["distinct_chunks"] or r["chunks"], "chunk"), _bytes(r["stored_bytes"]), _count(r["decoded_chunks"], "time"), _bytes(r["decoded_bytes"]),
                _seconds(r["decode_seconds"]))
            if r["used_bytes"] < r["decoded_bytes"]:
                text += ", %s of it used" % _percent(r["used_bytes"] / r["decoded_bytes"])
        parts.append(text)
    if r["direct_calls"]:
        parts.append("%s as stored, %s" % (_count(r["direct_calls"], "chunk"), _bytes(r["direct_bytes"])))
    return "; ".join(parts)


def _write_line(d):
    w, parts = d["writes"], []
    if w["calls"]:
        parts.append("%s, %s in %s" % (_count(w["calls"], "write"), _bytes(w["bytes"]), _seconds(w["seconds"])))
    if w["direct_calls"]:
        parts.append("%s as stored, %s" % (_count(w["direct_calls"], "chunk"), _bytes(w["direct_bytes"])))
    return "; ".join(parts)


def _lines(facts):
    totals, opened = facts["totals"], facts["files"]
    if not opened:
        yield "fiver: no file was opened"
        return
    written = sum(entry["written"] for entry in opened)
    yield "fiver: %s (%d for writing) in %s; reads gave %s and took %s, writes %s and %s" % (
        _count(len(opened), "file"), written, _seconds(facts["seconds"]),
        _bytes(totals["reads"]["delivered_bytes"] + totals["reads"]["direct_bytes"]), _seconds(totals["reads"]["seconds"]),
        _bytes(totals["writes"]["bytes"] + totals["writes"]["direct_bytes"]), _seconds(totals["writes"]["seconds"]))
    datasets = sorted(facts["datasets"], key=_weight, reverse=True)
    for d in datasets[:SHOWN]:
        for word, line in (("read ", _read_line(d)), ("wrote", _write_line(d))):
            if line:
                yield "  %s  %s  %s" % (word, _name(d["file"], d["path"]), line)
    if len(datasets) > SHOWN:
        rest = _totals(datasets[SHOWN:])
        yield "  and %s more: %s read, %s written" % (_count(len(datasets) - SHOWN, "dataset"), _bytes(rest["reads"]["delivered_bytes"]),
                                                      _bytes(rest["writes"]["bytes"]))
    for advice in facts["advice"][:SHOWN]:
        yield "  advice %s  %s" % (_name(advice["file"], advice["dataset"]), advice["text"])
    if len(facts["advice"]) > SHOWN:
        yield "  and %d more pieces of advice" % (len(facts["advice"]) - SHOWN)
