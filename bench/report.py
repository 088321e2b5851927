"""RESULTS.md: a table of ratios against the aims, then every measurement."""


def amount(comparison, seconds):
    if seconds is None:
        return "-"
    if comparison.unit == "GB/s":
        return f"{comparison.unit_bytes / seconds / 1e9:.2f}"
    value = seconds * {"us": 1e6, "ms": 1e3, "s": 1}[comparison.unit]
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def verdicts(comparison):
    """(what, ratio or amount, aim, reached) of each aim; reached is None when there is nothing to compare with."""
    for aim in comparison.aims:
        ours, peer = comparison.find(aim.ours), comparison.find(aim.peer)
        what = f"{aim.ours} : {aim.peer}"
        if not ours or not peer or ours.trouble or peer.trouble:
            if ours or peer:
                yield what, "-", "-", f"{aim.least:g}", None
            continue
        best, median = peer.best / ours.best, peer.median / ours.median
        yield what, f"{best:.3g}", f"{median:.3g}", f"{aim.least:g}", best >= aim.least
    for label, most in comparison.most_memory.items():
        ours = comparison.find(label)
        if ours:
            yield f"{label}: peak MB", f"{ours.peak / 1000:.0f}", "", f"at most {most}", ours.peak / 1000 <= most
    if comparison.most_size:
        ours, peer, most = comparison.find(comparison.most_size[0]), comparison.find(comparison.most_size[1]), comparison.most_size[2]
        if ours and peer and peer.size:
            yield f"size of the file, {ours.label} over {peer.label}", f"{ours.size / peer.size:.4f}", "", f"at most {most}", ours.size <= most * peer.size
    for label, most in comparison.most_time.items():
        ours = comparison.find(label)
        if ours:
            yield f"{label}: us", f"{ours.best * 1e6:.2f}", f"{ours.median * 1e6:.2f}", f"at most {most}", ours.best * 1e6 <= most


def write(path, comparisons, facts):
    lines = ["# Measured against other readers", ""]
    lines += [f"- {fact}" for fact in facts]
    lines += ["", "## Ratios against the aims", "",
              "Ratio: the peer's time divided by ours, so that more is better for us; best of all passes over best, and median over median.", "",
              "| job | what | ours : peer | best | median | aim | |", "|---|---|---|---|---|---|---|"]
    words = {True: "reached", False: "**missed**", None: "not compared"}
    for comparison in comparisons:
        for what, best, median, aim, reached in verdicts(comparison):
            word = words[reached]
            if reached is False and " 2" in what.split(" : ")[0] and comparison.scaling < 1.7:
                word += f"; two threads had {comparison.scaling:g} cores"
            lines.append(f"| {comparison.job} | {comparison.title} | {what} | {best} | {median} | {aim} | {word} |")
    lines += ["", "## Everything measured", ""]
    for comparison in comparisons:
        each = "GB/s of decoded data" if comparison.unit == "GB/s" else f"{comparison.unit} a unit"
        lines += [f"### Job {comparison.job}: {comparison.title}", ""]
        if comparison.note:
            lines += [comparison.note, ""]
        lines += [f"| who | best, {each} | median | units a pass | passes | peak MB | file, MB | |", "|---|---|---|---|---|---|---|---|"]
        for one in comparison.competitors:
            lines.append(f"| {one.label} | {amount(comparison, one.best)} | {amount(comparison, one.median)} | {one.units} | "
                         f"{len(one.seconds)} | {one.peak / 1000:.0f} | {f'{one.size / 1e6:.1f}' if one.size else ''} | {one.trouble.replace('|', '/')} |")
        lines.append("")
        if comparison.probe:
            lines += [comparison.probe, ""]
    path.write_text("\n".join(lines))
