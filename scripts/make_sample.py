#!/usr/bin/env python3
"""Makes the demo's data set: what an EIGER-like detector of four megapixels leaves behind after a short run.

    make_sample.py OUTPUT_FOLDER [--files 4] [--frames 30] [--module 512 1028] [--seed 1]

sample_data_000001.h5 ...   /entry/data/data: the frames, one bitshuffle-LZ4 chunk each
sample_master.h5            NeXus (NXmx) around them: external links to the files, one virtual dataset over all of them, soft and hard
                            links, attributes, the pixel mask and the flat field
A frame is Poisson background that falls off from the beam's centre, some hundreds of Bragg spots, and gaps between the
modules where every bit is set. Backgrounds are symmetric, so a few of them, mirrored, serve many frames; the spots of each frame
are its own. Everything comes from the seed. Prints the path of the master file.
"""
import argparse
import os
import sys

import h5py
import hdf5plugin
import numpy as np

MODULES = (4, 2)         # rows and columns of modules
GAPS = (38, 12)          # pixels between them
BACKGROUNDS = 6
SPOTS = 350
MASKED = np.uint16(0xFFFF)


def shape_of(module):
    return tuple(n * size + (n - 1) * gap for n, size, gap in zip(MODULES, module, GAPS))


def gap_mask(module):
    """True in the gaps between modules."""
    on_module = [np.arange(total) % (size + gap) < size for total, size, gap in zip(shape_of(module), module, GAPS)]
    return ~np.logical_and.outer(*on_module)


def backgrounds(shape, rng):
    y, x = (np.abs(np.arange(n) - (n - 1) / 2) / (max(shape) / 2) for n in shape)
    radius = np.hypot(y[:, None], x[None, :])
    mean = 0.15 + 3.0 * np.exp(-4.0 * radius) + 0.8 * np.exp(-(((radius - 0.45) / 0.12) ** 2))    # solvent ring
    return [rng.poisson(mean).astype(np.uint16) for _ in range(BACKGROUNDS)]


def add_spots(frame, rng):
    reach = 2
    height, width = frame.shape
    rows = rng.integers(reach, height - reach, SPOTS)
    columns = rng.integers(reach, width - reach, SPOTS)
    heights = rng.exponential(250.0, SPOTS) + 15.0
    offsets = np.arange(-reach, reach + 1)
    profile = np.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / 1.8)
    counts = rng.poisson(heights[:, None, None] * profile).astype(np.uint16)
    np.add.at(frame, (rows[:, None, None] + offsets[None, :, None], columns[:, None, None] + offsets[None, None, :]), counts)


def write_frames(path, first, count, images, gaps, rng):
    shape = gaps.shape
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        entry = group(file, "entry", "NXentry")
        data = group(entry, "data", "NXdata", signal="data").create_dataset(
            "data", (count, *shape), np.uint16, chunks=(1, *shape), maxshape=(None, *shape),
            **hdf5plugin.Bitshuffle(cname="lz4"))
        data.attrs["image_nr_low"] = np.int32(first + 1)
        data.attrs["image_nr_high"] = np.int32(first + count)
        for i in range(count):
            number = first + i
            flips = (slice(None, None, -1 if number & 1 else 1), slice(None, None, -1 if number & 2 else 1))
            frame = images[number % len(images)][flips].copy()
            add_spots(frame, rng)
            frame[gaps] = MASKED
            data[i] = frame


def group(parent, name, nexus_class, **attributes):
    made = parent.create_group(name)
    made.attrs["NX_class"] = nexus_class
    made.attrs.update(attributes)
    return made


def quantity(parent, name, value, units):
    parent[name] = value
    parent[name].attrs["units"] = units


def write_master(path, data_names, frames, gaps, rng):
    shape = gaps.shape
    total = frames * len(data_names)
    with h5py.File(path, "w", libver=("v110", "v110"), track_order=True) as file:
        file.attrs.update(default="entry", file_name=os.path.basename(path), creator="make_sample.py", HDF5_Version=h5py.version.hdf5_version)
        entry = group(file, "entry", "NXentry", default="data")
        entry["definition"] = "NXmx"
        entry["title"] = "Insulin, 0.1\u00b0 slices (simulated)"
        entry["start_time"] = "2025-06-01T10:00:00Z"

        whole = h5py.VirtualLayout((total, *shape), np.uint16)
        for i, name in enumerate(data_names):
            whole[i * frames:(i + 1) * frames] = h5py.VirtualSource(name, "/entry/data/data", (frames, *shape), np.uint16)
        data = group(entry, "data", "NXdata", signal="data", axes=["omega", ".", "."])
        data.create_virtual_dataset("data", whole, fillvalue=MASKED).attrs["long_name"] = "counts"
        for i, name in enumerate(data_names):
            data[f"data_{i + 1:06}"] = h5py.ExternalLink(name, "/entry/data/data")

        instrument = group(entry, "instrument", "NXinstrument")
        instrument["name"] = "I04"
        instrument["name"].attrs["short_name"] = "simulated beamline"
        beam = group(instrument, "beam", "NXbeam")
        quantity(beam, "incident_wavelength", np.float64(0.9795), "angstrom")
        quantity(beam, "total_flux", np.float64(1.2e12), "Hz")
        detector = group(instrument, "detector", "NXdetector")
        detector["data"] = h5py.SoftLink("/entry/data/data")
        detector["description"] = "simulated EIGER2 4M"
        detector["sensor_material"] = "Si"
        detector["type"] = np.bytes_(b"HPC")
        quantity(detector, "sensor_thickness", np.float32(4.5e-4), "m")
        quantity(detector, "x_pixel_size", np.float64(7.5e-5), "m")
        quantity(detector, "y_pixel_size", np.float64(7.5e-5), "m")
        quantity(detector, "distance", np.float64(0.2), "m")
        quantity(detector, "count_time", np.float32(0.002), "s")
        detector["bit_depth_readout"] = np.int32(16)
        detector["saturation_value"] = np.uint32(65534)
        detector["beam_center_x"], detector["beam_center_y"] = shape[1] / 2, shape[0] / 2
        mask = gaps.astype(np.uint32)
        mask[rng.integers(0, shape[0], 64), rng.integers(0, shape[1], 64)] |= 2
        detector.create_dataset("pixel_mask", data=mask, chunks=shape, **hdf5plugin.Bitshuffle(cname="lz4"))
        flat = rng.normal(1.0, 0.02, shape).astype(np.float32).round(3)
        detector.create_dataset("flatfield", data=flat, chunks=(max(shape[0] // 8, 1), shape[1]), compression="gzip", compression_opts=1,
                                shuffle=True)

        sample = group(entry, "sample", "NXsample")
        sample["name"] = "insulin"
        quantity(sample, "unit_cell", np.array([78.1, 78.1, 78.1, 90, 90, 90], np.float32), "angstrom")
        omega = sample.create_dataset("omega", data=np.arange(total) * 0.1)
        omega.attrs.update(units="deg", vector=[-1.0, 0.0, 0.0], transformation_type="rotation", depends_on=".",
                           target="/entry/sample/omega")
        data["omega"] = omega


def main():
    parser = argparse.ArgumentParser(description="Makes the demo's detector-like data set.")
    parser.add_argument("folder")
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--frames", type=int, default=30, help="frames in each file (30)")
    parser.add_argument("--module", type=int, nargs=2, default=(512, 1028), metavar=("ROWS", "COLUMNS"))
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.files < 1 or args.frames < 1 or min(args.module) < 8:
        parser.error("at least one file, one frame, and modules of 8 x 8 pixels")

    rng = np.random.default_rng(args.seed)
    os.makedirs(args.folder, exist_ok=True)
    gaps = gap_mask(args.module)
    images = backgrounds(gaps.shape, rng)
    names = [f"sample_data_{i + 1:06}.h5" for i in range(args.files)]
    for i, name in enumerate(names):
        write_frames(os.path.join(args.folder, name), i * args.frames, args.frames, images, gaps, rng)
    master = os.path.join(args.folder, "sample_master.h5")
    write_master(master, names, args.frames, gaps, rng)
    print(master)


if __name__ == "__main__":
    sys.exit(main())
