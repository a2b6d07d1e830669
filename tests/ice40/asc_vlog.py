#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""asc_vlog.py ASC PCF PACKAGE MODULE - the Verilog that a bitstream of an iCE40 UP5K says, on stdout.

Debian's icebox_vlog reads LUTs, flip-flops, carries, block RAMs and pins back from the bits, but not the UP5K's SPRAMs. It runs here
unchanged; each SPRAM whose enable bit is set then joins the nets that icebox found, by the table of places in icebox (spram_db).
Exit 1: a bitstream that uses something else that icebox_vlog leaves out (DSPs), or an SPRAM pin that nothing drives where it must be driven.
"""
import contextlib
import io
import re
import runpy
import sys

ICEBOX = "/usr/share/fpga-icestorm/python"
sys.path.insert(0, ICEBOX)
import icebox  # noqa: E402


def spram_on(ic, pins):
    """Is the SPRAM of these pins enabled? Its bit is CBIT_n of the tile's IpConfig."""
    x, y, cbit = pins["SPRAM_EN"]
    for entry in ic.tile_db(x, y):
        if entry[1:3] == ["IpConfig", cbit]:
            return icebox.tileconfig(ic.tile(x, y)).match(entry[0])
    raise SystemExit(f"asc_vlog: icebox knows no {cbit} in tile {x} {y}")


def net_of(nets, spot):
    """The net at a pin: icebox names an output after its tile's lutff, a clock after the tile's clock."""
    x, y, pin = spot
    names = [pin]
    if pin.startswith("slf_op_"):
        names.append("lutff_%s/out" % pin[7:])
    if pin == "clk":
        names.append("lutff_global/clk")
    found = {nets[(x, y, name)] for name in names if (x, y, name) in nets}
    if len(found) > 1:
        raise SystemExit(f"asc_vlog: {spot} is on several nets: {sorted(found)}")
    return found.pop() if found else None


def spram(nets, place, pins):
    """One SB_SPRAM256KA. An input without a net is 0 in this part; a clock and an address without one are an error of ours."""
    ports = {}
    for pin, spot in pins.items():
        match = re.match(r"(ADDRESS|DATAIN|DATAOUT|MASKWREN)_(\d+)$", pin)
        if pin != "SPRAM_EN":
            name, bit = (match.group(1), int(match.group(2))) if match else (pin, 0)
            ports.setdefault(name, {})[bit] = net_of(nets, spot)
    if ports["CLOCK"][0] is None or any(net is None for net in ports["ADDRESS"].values()):
        raise SystemExit(f"asc_vlog: SPRAM {place} has no clock or no address")
    lines, fields = [], []
    for name, bits in sorted(ports.items()):
        wires = []
        for bit in sorted(bits, reverse=True):
            wire = bits[bit]
            if wire is None and name == "DATAOUT":
                wire = "spram_%d_%d_%d_open_%d" % (*place, bit)
                lines.append(f"wire {wire};")
            wires.append(wire or "1'b0")
        fields.append(f"  .{name}({{{', '.join(wires)}}})")
    lines.append("SB_SPRAM256KA spram_%d_%d_%d (" % place)
    lines.append(",\n".join(fields))
    lines.append(");")
    return lines


def main():
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    asc, pcf, package, module = sys.argv[1:]
    out = io.StringIO()
    sys.argv = ["icebox_vlog", "-s", "-S", "-n", module, "-p", pcf, "-d", package, asc]
    with contextlib.redirect_stdout(out):
        said = runpy.run_path(ICEBOX + "/icebox_vlog", run_name="__main__")
    text = out.getvalue()
    if "dsp" in text:
        raise SystemExit("asc_vlog: the bitstream uses a DSP")
    body, end, _ = text.rpartition("endmodule")
    lines = []
    for place, pins in sorted(icebox.spram_db["5k"].items()):
        if spram_on(said["ic"], pins):
            lines += spram(said["seg2net"], place, pins)
    # icebox declares each port as a wire or register again, which goes with Verilog's old way of writing ports only.
    head = re.search(r"module (\w+) \((.*?)\);", body)
    ports = head.group(2).split(", ")
    names = ", ".join(port.split()[1] for port in ports)
    body = body.replace(head.group(0), f"module {module} ({names});\n" + "".join(f"{port};\n" for port in ports))
    print(body + "\n".join(lines) + "\n" + end)


main()
