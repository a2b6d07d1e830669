#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A netlist in ECP5 cells, Yosys' (write_json, flat) or nextpnr-ecp5's (--write; packed, or placed and routed), as the lines that
sim/board/ecp5/gates_read.cpp reads:

    ecp5.py NAME.json [--flip CELL/ROW | --swap CELL,CELL] > NAME.gates

    nets N                                          0 and 1 are constants, -1 is an output that nobody hears
    lut INIT A B C D F
    carry INIT INJECT A B C D FCI F FCO             half a CCU2C
    ram A B C D F WD WAD0 WAD1 WAD2 WAD3 WRE        one bit of a DPR16X4
    ff SET ASYNC DATA CE LSR Q
    bram WIDTHA MODEA WIDTHB MODEB, then A and B: AD0..13 DI0..17 CE WE DO0..17
    mult A0..17 B0..17 SIGNEDA SIGNEDB P0..35
    port NAME NET                                   pins of the package; `lock` is the PLL's

An input without a net is what the bitstream makes it: what the parameter <input>MUX says, and 1 otherwise (nextpnr ties what is open high).
A cell, a mode or a clock that is not as above ends the program with one line: nothing is left out in silence.
Broken twins: --flip inverts one row of a LUT's table, --swap exchanges what two block RAMs say. --list TYPE: instead, the names of the cells of that
type; of LUT4 those with four flip-flops at their inputs, in whose table every row is in use."""
import argparse
import json
import sys

LUTS = ("LUT4", "TRELLIS_COMB")


def is_lut(cell):
    return cell["type"] in LUTS and cell["parameters"].get("MODE", "LOGIC").strip() == "LOGIC"


class Netlist:
    def __init__(self, module):
        self.cells = module["cells"]
        self.ports = module["ports"]
        self.number = {"0": 0, "1": 1, "x": 1}
        self.lines = []
        self.name = ""

    def bad(self, why):
        sys.exit(f"ecp5.py: cell '{self.name}': {why}")

    def param(self, key, default):
        return str(self.cell["parameters"].get(key, default)).strip()

    def value(self, key, default):
        """A number: both write bits, Yosys' numbers in text stay text."""
        text = self.param(key, default)
        return int(text, 2) if len(text) > 2 or set(text) <= set("01") else int(text)

    def want(self, key, allowed, default):
        got = self.param(key, default)
        if got not in allowed:
            self.bad(f"{key} is '{got}', which is not among {allowed}")
        return got

    def bit(self, pin, i=0):
        got = self.cell["connections"].get(pin, [])
        return got[i] if i < len(got) else None

    def net(self, bit):
        return self.number.setdefault(bit, len(self.number))

    def out(self, pin, i=0):
        bit = self.bit(pin, i)
        return -1 if bit is None else self.net(bit)

    def inp(self, pin, default=None, i=0):
        """The net of an input, behind what <pin>MUX does with it."""
        bit, mux = self.bit(pin, i), self.param(pin + "MUX", pin)
        if mux in ("0", "1"):
            return int(mux)
        if bit is None:
            if pin + "MUX" in self.cell["parameters"]:
                return int(mux != "INV")
            return self.bad(f"{pin} is open") if default is None else default
        if mux == "INV":
            inverse = self.net(("not", bit))
            self.lines.append(f"lut {0x5555} {self.net(bit)} 0 0 0 {inverse}")
            return inverse
        if mux != pin:
            self.bad(f"{pin}MUX is '{mux}'")
        return self.net(bit)

    def clocked(self, pin):
        self.want(pin + "MUX", (pin,), pin)
        if self.bit(pin) != self.clock:
            self.bad(f"{pin} is not on the chip's one clock")

    def emit(self, kind, *values):
        self.lines.append(" ".join([kind] + [str(v) for v in values]))

    # ---- cells of both -----------------------------------------------------------------------
    def ff(self):
        self.clocked("CLK")
        self.want("GSR", ("DISABLED",), "ENABLED")
        self.want("LSRMODE", ("LSR",), "LSR")
        mode = self.want("SRMODE", ("ASYNC", "LSR_OVER_CE"), "LSR_OVER_CE")
        reset = self.want("REGSET", ("SET", "RESET"), "RESET")
        data = "DI" if self.value("SD", "1") else "M"
        lsr = 0 if self.bit("LSR") is None else self.inp("LSR")   # an LSR that is never active is not routed, whatever its MUX says
        self.emit("ff", int(reset == "SET"), int(mode == "ASYNC"), self.inp(data), self.inp("CE", 1), lsr, self.out("Q"))

    def bram(self):
        words = []
        if any("1" in v for k, v in self.cell["parameters"].items() if k.startswith("INITVAL")):
            self.bad("contents from the bitstream are not known here")
        for p in "AB":
            self.clocked("CLK" + p)
            self.want("REGMODE_" + p, ("NOREG",), "NOREG")
            if self.inp("RST" + p, 0) or any(self.inp(f"CS{p}{i}", 0) for i in range(3)) or self.want("CSDECODE_" + p, ("0b000",), "0b000") != "0b000":
                self.bad("a reset or a chip select is in use")
            mode = self.want("WRITEMODE_" + p, ("NORMAL", "WRITETHROUGH", "READBEFOREWRITE"), "NORMAL")[0]
            words += [self.value("DATA_WIDTH_" + p, "10010"), mode]
        for p in "AB":
            words += [self.inp(f"AD{p}{i}") for i in range(14)] + [self.inp(f"DI{p}{i}", 1) for i in range(18)]
            words += [self.inp("CE" + p), self.inp("WE" + p)] + [self.out(f"DO{p}{i}") for i in range(18)]
        if (words[0] == 36) != (words[2] == 36):
            self.bad("one port of 36 bits and one that is narrower")
        self.emit("bram", *words)

    def mult(self):
        for key in ("REG_INPUTA_CLK", "REG_INPUTB_CLK", "REG_PIPELINE_CLK", "REG_OUTPUT_CLK"):
            self.want(key, ("NONE",), "NONE")
        if self.inp("SOURCEA") or self.inp("SOURCEB"):
            self.bad("an operand comes from the multiplier beside it")
        ins = [self.inp(f"{p}{i}") for p in "AB" for i in range(18)] + [self.inp("SIGNEDA"), self.inp("SIGNEDB")]
        self.emit("mult", *ins, *[self.out(f"P{i}") for i in range(36)])

    def pll(self):
        self.emit("port", "lock", self.net(self.bit("LOCK")))

    # ---- Yosys' cells ------------------------------------------------------------------------
    def lut4(self):
        self.emit("lut", self.value("INIT", "0"), *[self.inp(p) for p in "ABCD"], self.out("Z"))

    def ccu2c(self):
        middle = self.net(("carry", self.name))
        for h, ci, co in (("0", self.inp("CIN"), middle), ("1", middle, self.out("COUT"))):
            inject = int(self.want("INJECT1_" + h, ("YES", "NO"), "YES") == "YES")
            self.emit("carry", self.value("INIT" + h, "0"), inject, *[self.inp(p + h) for p in "ABCD"], ci, self.out("S" + h), co)

    def dpr16x4(self):
        self.clocked("WCK")
        rad, wad = ([self.inp(p, i=i) for i in range(4)] for p in ("RAD", "WAD"))
        for i in range(4):
            self.emit("ram", *rad, self.out("DO", i), self.inp("DI", i=i), *wad, self.inp("WRE"))

    def pins(self):
        for name, port in self.ports.items():
            for i, bit in enumerate(port["bits"]):
                if name != "clk_25mhz":
                    self.emit("port", f"{name}[{i}]" if len(port["bits"]) > 1 else name, self.net(bit))

    # ---- nextpnr's ---------------------------------------------------------------------------
    def comb(self):
        mode = self.want("MODE", ("LOGIC", "CCU2", "DPRAM", "RAMW_BLOCK"), "LOGIC")
        if mode == "RAMW_BLOCK":
            return
        lut = [self.inp(p, 1) for p in "ABCD"]
        if self.out("OFX") >= 0 or self.out("F1") >= 0:
            self.bad("an OFX is heard: LUT5 to LUT7 are not known here")
        if mode == "CCU2":
            inject = int(self.want("CCU2_INJECT1", ("YES", "NO"), "YES") == "YES")
            self.emit("carry", self.value("INITVAL", "0"), inject, *lut, self.inp("FCI", 0), self.out("F"), self.out("FCO"))
        elif mode == "DPRAM":
            self.clocked("WCK")
            a, b, c, d = lut
            wad = [self.net(self.bit(f"WAD{i}")) for i in range(4)]
            # RAD[0] is D, RAD[1] B, RAD[2] C, RAD[3] A: the write address has the order of the LUT's inputs.
            self.emit("ram", a, b, c, d, self.out("F"), self.net(self.bit("WD")), wad[3], wad[1], wad[2], wad[0], self.inp("WRE", 1))
        elif self.out("F") > 1:
            self.emit("lut", self.value("INITVAL", "0"), *lut, self.out("F"))

    def io(self):
        pad = self.bit("B")
        for name, port in self.ports.items():
            for i, bit in enumerate(port["bits"]):
                if bit == pad and name != "clk_25mhz":
                    self.emit("port", f"{name}[{i}]" if len(port["bits"]) > 1 else name, self.net(self.bit("O" if port["direction"] == "input" else "I")))

    def through(self):
        """nextpnr's cells that are wires: the constants' own, and a TRELLIS_RAMW, through which a LUT RAM's write pins pass."""
        pins = {"WADO0": "D0", "WADO1": "B0", "WADO2": "C0", "WADO3": "A0", "WDO0": "C1", "WDO1": "A1", "WDO2": "D1", "WDO3": "B1"}
        for self.name, self.cell in self.cells.items():
            if self.cell["type"] == "TRELLIS_COMB" and is_lut(self.cell) and not any(self.bit(p) for p in "ABCD") and self.bit("F"):
                self.number[self.bit("F")] = int(self.param("INITVAL", "0")[0])
            if self.cell["type"] == "TRELLIS_RAMW":
                for out, pin in pins.items():
                    if self.bit(out) is not None:
                        self.number[self.bit(out)] = self.inp(pin, 1)

    # ---- all of it ---------------------------------------------------------------------------
    def run(self):
        types = {c["type"] for c in self.cells.values()}
        kinds = {"TRELLIS_FF": self.ff, "DP16KD": self.bram, "MULT18X18D": self.mult, "EHXPLLL": self.pll}
        if "LUT4" in types:
            clocks = [c["connections"]["CLKOS"] for c in self.cells.values() if c["type"] == "EHXPLLL"]
            kinds.update({"LUT4": self.lut4, "CCU2C": self.ccu2c, "TRELLIS_DPR16X4": self.dpr16x4})
            self.pins()
        else:
            clocks = [c["connections"]["CLKO"] for c in self.cells.values() if c["type"] == "DCCA"]
            kinds.update({"TRELLIS_COMB": self.comb, "TRELLIS_IO": self.io, "DCCA": lambda: None, "TRELLIS_RAMW": lambda: None})
            self.through()
        if len(clocks) != 1:
            sys.exit(f"ecp5.py: {len(clocks)} clock nets, and one is known here")
        self.clock = clocks[0][0]
        for self.name, self.cell in self.cells.items():
            if self.cell["type"] not in kinds:
                self.bad(f"a {self.cell['type']} is not known here")
            kinds[self.cell["type"]]()
        print("nets", max(self.number.values()) + 1)
        print("\n".join(self.lines))


def cell_of(cells, name):
    return cells[name] if name in cells else sys.exit(f"ecp5.py: no cell '{name}'")


def first_luts(cells):
    flops = {c["connections"]["Q"][0] for c in cells.values() if c["type"] == "TRELLIS_FF"}
    return [n for n, c in cells.items() if is_lut(c) and len({(c["connections"].get(p) or "0")[0] for p in "ABCD"} & flops) == 4]


def flip(cells, where):
    name, _, row = where.rpartition("/")
    cell = cell_of(cells, name)
    key = "INIT" if cell["type"] == "LUT4" else "INITVAL"
    if not is_lut(cell) or not row.isdigit() or int(row) > 15:
        sys.exit(f"ecp5.py: no row {row} of a LUT '{name}'")
    cell["parameters"][key] = format(int(cell["parameters"][key], 2) ^ 1 << int(row), "016b")


def swap(cells, names):
    a, b = (cell_of(cells, name)["connections"] for name in names.split(","))
    for pin in [p for p in a if p.startswith("DO")]:
        a[pin], b[pin] = b[pin], a[pin]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("json")
    args.add_argument("--flip", metavar="CELL/ROW")
    args.add_argument("--swap", metavar="CELL,CELL")
    args.add_argument("--list", metavar="TYPE")
    args = args.parse_args()
    with open(args.json, encoding="utf-8") as f:
        module = next(m for m in json.load(f)["modules"].values() if "EHXPLLL" in {c["type"] for c in m["cells"].values()})
    cells = module["cells"]
    if args.list:
        print("\n".join(first_luts(cells) if args.list == "LUT4" else [n for n, c in cells.items() if c["type"] == args.list]))
        return
    if args.flip:
        flip(cells, args.flip)
    if args.swap:
        swap(cells, args.swap)
    Netlist(module).run()


if __name__ == "__main__":
    main()
