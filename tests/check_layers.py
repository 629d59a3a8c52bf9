#!/usr/bin/env python3
"""Holds the order of the folders in src: an include points to the same folder or an earlier one."""
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
makefile = (source.parent / "Makefile").read_text()
stages = re.search(r"^STAGES := (.*)$", makefile, re.M).group(1).split()
bad = []
for path in sorted(source.glob("*/*.[ch]")):
    own = stages.index(path.parent.name)
    for line, text in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'#include "([a-z_]+)/', text)
        if found and stages.index(found.group(1)) > own:
            bad.append(f"{path}:{line}: includes the later stage {found.group(1)}")
missing = [p.name for p in source.iterdir() if p.is_dir() and p.name not in stages]
bad += [f"src/{name} is not in the Makefile's STAGES" for name in missing]
print("\n".join(bad) if bad else f"layers: {len(stages)} stages in order")
sys.exit(1 if bad else 0)
