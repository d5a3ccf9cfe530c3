"""The floor for folders: reads and parses every model of a folder and does nothing else.

`python bare_loop.py FOLDER` opens each `.keras` file with zipfile and each `.h5` file with h5py and parses its JSON.
It imports no more than that, and h5py only if there is an `.h5` file, so that speed.py can time it as a whole.
"""

import json
import os
import sys
import zipfile


def read_archive(path: str) -> None:
    """Parse the two JSON members of a `.keras` file."""
    with zipfile.ZipFile(path) as archive:
        json.loads(archive.read("config.json"))
        json.loads(archive.read("metadata.json"))


def read_hdf5(path: str) -> None:
    """Parse the two JSON attributes of an `.h5` file; one that was not compiled has only the first."""
    import h5py

    with h5py.File(path, "r") as file:
        json.loads(file.attrs["model_config"])
        if "training_config" in file.attrs:
            json.loads(file.attrs["training_config"])


def main() -> None:
    """Read every model of the folder given on the command line."""
    folder = sys.argv[1]
    for name in sorted(os.listdir(folder)):  # noqa: PTH208  pathlib would add its import to the floor
        path = f"{folder}/{name}"
        if name.endswith(".keras"):
            read_archive(path)
        else:
            read_hdf5(path)


if __name__ == "__main__":
    main()
