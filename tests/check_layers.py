#!/usr/bin/env python3
"""Holds the layout of src: an include points to the same folder or an earlier one, no files include each other in a circle,
no file is over 600 lines and no function over 60."""
import pathlib
import re
import sys

MOST_LINES, MOST_FUNCTION_LINES = 600, 60

source = pathlib.Path(sys.argv[1])
makefile = (source.parent / "Makefile").read_text()
stages = re.search(r"^STAGES := (.*)$", makefile, re.M).group(1).split()
bad = []


def long_functions(path, lines):
    """A function begins at a line that ends a signature and is followed by { alone, and ends at } alone."""
    begin = None
    for number, text in enumerate(lines, 1):
        if text == "{":
            begin = number
        elif text == "}" and begin is not None:
            if number - begin + 1 > MOST_FUNCTION_LINES:
                bad.append(f"{path}:{begin}: a function of {number - begin + 1} lines")
            begin = None


def module(path):
    """A header and its source are one; what includes it includes both."""
    return str(path.relative_to(source).with_suffix(""))


def circle(graph):
    """Files that include each other, as a path; None: there is no circle."""
    done, way = set(), []

    def visit(node):
        if node in way:
            return way[way.index(node):] + [node]
        if node in done:
            return None
        way.append(node)
        found = next(filter(None, map(visit, sorted(graph.get(node, ())))), None)
        way.pop()
        done.add(node)
        return found

    return next(filter(None, map(visit, sorted(graph))), None)


includes = {}
for path in sorted(source.glob("*/*.[ch]")):
    own = stages.index(path.parent.name)
    lines = path.read_text().splitlines()
    if len(lines) > MOST_LINES:
        bad.append(f"{path}: {len(lines)} lines")
    long_functions(path, lines)
    for line, text in enumerate(lines, 1):
        found = re.match(r'#include "([a-z_]+)/([a-z_0-9]+)\.h"', text)
        if not found:
            continue
        if stages.index(found.group(1)) > own:
            bad.append(f"{path}:{line}: includes the later stage {found.group(1)}")
        if f"{found.group(1)}/{found.group(2)}" != module(path):
            includes.setdefault(module(path), set()).add(f"{found.group(1)}/{found.group(2)}")


def through_headers(node, seen):
    """What a module includes, looking through headers without a source: inner ones of the module that they belong to."""
    for other in includes.get(node, ()):
        if other not in seen:
            seen.add(other)
            if not (source / f"{other}.c").exists():
                through_headers(other, seen)
    return seen


round_about = circle({node: through_headers(node, set()) - {node} for node in includes if (source / f"{node}.c").exists()})
if round_about:
    bad.append("files include each other: " + " -> ".join(round_about))
missing = [p.name for p in source.iterdir() if p.is_dir() and p.name not in stages]
bad += [f"src/{name} is not in the Makefile's STAGES" for name in missing]
print("\n".join(bad) if bad else f"layers: {len(stages)} stages in order, {len(includes)} files without a circle")
sys.exit(1 if bad else 0)
