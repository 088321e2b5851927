"""Makes an installed package whole: the shared libraries that it needs, but those that every system with Python has, are copied into it.

    carry_libraries.py PACKAGE [more libraries, which it opens itself]

Run by the installation of a wheel (python/CMakeLists.txt); needs ldd and patchelf. The copies get names of their own, so that a library of the
same name which another package has brought into the process is never taken for ours, and they find each other by their own folder.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

# The C library in all its parts, and the runtime of g++: of these a process has one, the system's.
_SYSTEM = re.compile(r"(linux-vdso|ld-linux.*|libc|libm|libdl|librt|libpthread|libstdc\+\+|libgcc_s)\.so(\.|$)")


def needed(path):
    """{name: path} of the libraries that `path` needs, and those that they need, without the system's."""
    found = {}
    for line in subprocess.run(["ldd", path], check=True, capture_output=True, text=True).stdout.splitlines():
        name, _, place = line.strip().partition(" => ")
        name, place = os.path.basename(name.split(" ")[0]), place.split(" (")[0]
        if _SYSTEM.match(name):
            continue
        if not place or place == "not found":
            sys.exit("carry_libraries.py: %s needs %s, which is not found" % (path, name))
        found[name] = place
    return found


def patch(path, *options):
    subprocess.run(["patchelf", *options, path], check=True)


def copy_licence(library, folder):
    """What the distribution says of the library's licence goes along, where there is a package that it belongs to."""
    if shutil.which("dpkg") is None:
        return
    for place in (library, re.sub("^/usr", "", library)):
        owner = subprocess.run(["dpkg", "-S", place], capture_output=True, text=True)
        if owner.returncode == 0:
            package = owner.stdout.split(":")[0]
            shutil.copyfile("/usr/share/doc/%s/copyright" % package, os.path.join(folder, package + ".txt"))
            return


def main(package, opened):
    libraries = os.path.join(package, "libraries")
    licences = os.path.join(libraries, "licences")
    os.makedirs(licences, exist_ok=True)
    for path in opened:
        shutil.copy(path, libraries)
        licence = os.path.join(os.path.dirname(path), "LICENSE.txt")
        shutil.copyfile(licence, os.path.join(licences, os.path.basename(path).split(".")[0] + ".txt"))
    ours = glob.glob(os.path.join(libraries, "*.so*"))
    found = {}
    for path in ours:
        found.update((name, place) for name, place in needed(path).items() if os.path.dirname(place) != os.path.abspath(libraries))
    renamed = {name: re.sub(r"\.so", "-fiver.so", name, count=1) for name in found}
    for name, place in found.items():
        copy = os.path.join(libraries, renamed[name])
        shutil.copyfile(place, copy)
        os.chmod(copy, 0o755)
        copy_licence(os.path.realpath(place), licences)
        patch(copy, "--set-soname", renamed[name])
        ours.append(copy)
    for path in ours:
        replaced = [option for name in found for option in ("--replace-needed", name, renamed[name])]
        patch(path, *replaced, "--set-rpath", "$ORIGIN")
    for path in glob.glob(os.path.join(package, "_fiver*.so")):
        patch(path, *replaced, "--set-rpath", "$ORIGIN/libraries")
    print("carried along: " + ", ".join(sorted([os.path.basename(path) for path in opened] + list(found))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
