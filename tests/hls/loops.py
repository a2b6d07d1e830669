#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""loops.py FILE.c PREPROCESSED.i - what a synthesis tool wants of a file of hls/ and gcc does not look at. Prints what is wrong, exits 1 if anything is.

The source, without comments: no goto, while, do, no pointer to a pointer or to a function; pragmas that Vitis HLS has (a misspelt one is silently
nothing), on variables that the file has.
The preprocessed text, in what comes from hls/: every loop is `for (TYPE v = .. ; v < BOUND; v++)`, its body does not write v. Prints each BOUND as a
static assertion on standard output, so that a compiler can say whether it is a constant; it must be a positive one.
"""
import re
import sys

PRAGMAS = {"PIPELINE", "UNROLL", "ARRAY_PARTITION", "ARRAY_RESHAPE", "BIND_STORAGE", "BIND_OP", "INLINE", "LOOP_TRIPCOUNT", "DEPENDENCE", "INTERFACE",
           "DATAFLOW", "STABLE", "LATENCY", "LOOP_FLATTEN", "LOOP_MERGE", "ALLOCATION", "RESET", "AGGREGATE", "DISAGGREGATE", "STREAM", "TOP"}
LOOP = re.compile(r"\bfor\s*\(\s*(?:u?int(?:8|16|32)_t|int|unsigned|unsigned int)\s+(\w+)\s*=\s*([^;]*);\s*(\w+)\s*<\s*([^;]*);\s*(?:(\w+)\s*\+\+|\+\+\s*(\w+))\s*\)")
# Assigned, counted, or its address taken. V is the variable.
WRITES = r"(?<![\w.>])V\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)|(?<![\w.>])V\s*(?:\+\+|--)|(?:\+\+|--)\s*V\b|(?<=[(,=])\s*&\s*V\b(?!\s*[\[.])"
wrong = []


def complain(text):
    wrong.append(text)


def close(text, at):
    """Index after the bracket that closes the one at `at`."""
    pairs = {"(": ")", "{": "}"}
    want = []
    for i in range(at, len(text)):
        if text[i] in pairs:
            want.append(pairs[text[i]])
        elif want and text[i] == want[-1]:
            want.pop()
            if not want:
                return i + 1
    return len(text)


def statement(text, at):
    """Index after the statement that begins at or after `at`."""
    at += len(text[at:]) - len(text[at:].lstrip())
    if text.startswith("{", at):
        return close(text, at)
    if re.match(r"(for|if|switch)\b", text[at:]):
        at = statement(text, close(text, text.index("(", at)))
        rest = re.match(r"\s*else\b", text[at:])
        return statement(text, at + rest.end()) if rest else at
    return text.index(";", at) + 1


def check_source(text):
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    for pragma in re.findall(r"^[ \t]*#[ \t]*pragma[ \t]+(.*)$", text, flags=re.M):
        words = pragma.split()
        if words[0] != "HLS" or len(words) < 2 or words[1] not in PRAGMAS:
            complain("unknown pragma: " + pragma)
        for name in re.findall(r"variable\s*=\s*(\w+)", pragma):
            if len(re.findall(r"\b%s\b" % name, re.sub(r"#[ \t]*pragma.*", "", text))) == 0:
                complain("pragma on a variable that is not there: " + pragma)
    text = re.sub(r"^[ \t]*#.*$", "", text, flags=re.M)
    for word in re.findall(r"\b(?:goto|while|do|setjmp|longjmp|asm)\b", text):
        complain(word)
    if re.search(r"\*\s*(?:const\s*)?\*", text):
        complain("pointer to a pointer")
    for name in re.findall(r"\(\s*\*\s*(\w*)\s*(?:\[\w*\])?\)\s*\(", text):
        complain("pointer to a function: " + name)


def ours(preprocessed):
    """The lines that come from hls/, by the line markers."""
    keep, lines = False, []
    for line in preprocessed.splitlines():
        marker = re.match(r'#\s+\d+\s+"([^"]*)"', line)
        if marker:
            keep = bool(re.search(r"(^|/)hls/[^/]*$", marker.group(1)))
        elif keep and not re.match(r"\s*#", line):
            lines.append(line)
    return "\n".join(lines)


def check_loops(text):
    for found in re.finditer(r"\bfor\s*\(", text):
        head = text[found.start():close(text, found.end() - 1)]
        shown = " ".join(head.split())
        loop = LOOP.fullmatch(head)
        if not loop or loop.group(3) != loop.group(1) or (loop.group(5) or loop.group(6)) != loop.group(1):
            complain("not a loop with a fixed bound: " + shown)
            continue
        v, end = loop.group(1), found.start() + len(head)
        body = text[end:statement(text, end)]
        if re.search(WRITES.replace("V", v), body):
            complain("a body that writes its loop's variable: " + shown)
        print('_Static_assert((%s) > 0, "%s");' % (loop.group(4), shown.replace("\\", "").replace('"', "'")))


source, preprocessed = sys.argv[1:3]
with open(source, encoding="utf-8") as f:
    check_source(f.read())
with open(preprocessed, encoding="utf-8") as f:
    check_loops(ours(f.read()))
for text in wrong:
    sys.stderr.write("%s: %s\n" % (source, text))
sys.exit(1 if wrong else 0)
