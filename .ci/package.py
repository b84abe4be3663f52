"""Packs functions as Lambda takes them: FOLDER OUTPUT NAME...

One zip a function with the binary FOLDER/NAME as `bootstrap`, byte for byte the same for the same binary. Prints the
sizes and fails when one is above what a cold start allows.
"""

import sys
import zipfile
from pathlib import Path

MOST_BYTES = 3 * 1024 * 1024


def pack(binary, package):
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix: so that the mode below counts
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(entry, binary.read_bytes(), compresslevel=9)


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    folder, output, *names = sys.argv[1:]
    Path(output).mkdir(parents=True, exist_ok=True)
    too_big = []
    for name in names:
        binary, package = Path(folder) / name, Path(output) / f"{name}.zip"
        pack(binary, package)
        size = package.stat().st_size
        print(f"{package}: {size:,} bytes, of {binary.stat().st_size:,}")
        if size > MOST_BYTES:
            too_big.append(name)
    if too_big:
        sys.exit(f"above {MOST_BYTES:,} bytes: {', '.join(too_big)}")


if __name__ == "__main__":
    main()
