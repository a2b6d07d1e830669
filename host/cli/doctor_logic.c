/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor_logic.c - what is in the programmable logic: the FPGA manager's state, which bitstream, its clock, and what the chip itself says. The chip is asked only
 * when the logic is known to run, or when the user names the device: a register access to logic that is not there can hang the processor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "doctor.h"

static void manager(doctor *d)
{
    char name[FIND_NAME], path[512], state[64];
    if (!cli_tree_next(name, sizeof name, d->root, "/sys/class/fpga_manager", "fpga", "")) {
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_MISSING, "fpga-manager",
                   "boot a kernel with CONFIG_FPGA_MGR_ZYNQMP_FPGA, or flash from a laptop: bonnet flash BITSTREAM --device usb:",
                   "no FPGA manager in this kernel");
        return;
    }
    snprintf(path, sizeof path, "/sys/class/fpga_manager/%s/state", name);
    if (cli_tree_read(state, sizeof state, d->root, path) < 0) snprintf(state, sizeof state, "silent");
    d->running = !strcmp(state, "operating");
    doctor_say(d, WAY_UIO | WAY_XRT, d->running ? DOCTOR_OK : DOCTOR_MISSING, "fpga-manager",
               d->running ? NULL : "sudo bonnet flash BITSTREAM --device board", "%s is %s%s", name, state,
               d->running ? "" : ": no bitstream in the chip");
}

/* /run/bonnet/loaded: "hash name", left by `bonnet flash`. */
static void bitstream(doctor *d)
{
    char text[512];
    if (!d->running) return;
    if (cli_tree_read(text, sizeof text, d->root, "/run/bonnet/loaded") < 65 || text[64] != ' ' || strspn(text, "0123456789abcdef") != 64) {
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_WARNING, "bitstream",
                   "bonnet doctor --device uio: asks the chip; sudo bonnet flash BITSTREAM --device board makes sure",
                   "which one is loaded is not recorded: it came at boot, by an overlay, or by another tool");
        return;
    }
    text[64] = '\0';
    d->loaded = flash_manifest_find(&d->manifest, text);
    if (!d->loaded)
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_WARNING, "bitstream", "bonnet flash --entry prints the line for the manifest",
                   "%.100s (%.12s...) is not in the manifest", text + 65, text);
    else if (!flash_abi_fits(d->loaded->abi))
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_MISSING, "bitstream", "flash the bitstream of this version, or install the bonnet of that one",
                   "%s has register version %u.%u, this bonnet needs %u.%u", d->loaded->file, d->loaded->abi >> 16, d->loaded->abi & 0xffff,
                   bonnet_chip_abi() >> 16, bonnet_chip_abi() & 0xffff);
    else
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_OK, "bitstream", NULL, "%s, geometry %s, register version %u.%u, commit %.12s", d->loaded->file,
                   d->loaded->geometry, d->loaded->abi >> 16, d->loaded->abi & 0xffff, d->loaded->commit);
}

static void clock_rate(doctor *d)
{
    char text[64];
    if (cli_tree_read(text, sizeof text, d->root, "/sys/kernel/debug/clk/pl0_ref/clk_rate") < 0 &&
        cli_tree_read(text, sizeof text, d->root, "/sys/kernel/debug/clk/pl0/clk_rate") < 0) {
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_UNSEEN, "clock", NULL, "/sys/kernel/debug/clk is for root, or not mounted");
        return;
    }
    const double mhz = strtod(text, NULL) / 1e6, want = d->loaded ? d->loaded->clock_mhz : 0;
    if (want > 0 && mhz > want * 1.005)
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_MISSING, "clock",
                   "boot with the .xsa of this bitstream (bitstreams/zcu102/petalinux.md): its timing does not hold at this clock",
                   "the logic is clocked with %.6g MHz, and the bitstream is made for %.6g MHz", mhz, want);
    else if (want > 0 && mhz < want * 0.995)
        doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_WARNING, "clock", "boot with the .xsa of this bitstream (bitstreams/zcu102/petalinux.md)",
                   "the logic is clocked with %.6g MHz, and could be with %.6g MHz", mhz, want);
    else doctor_say(d, WAY_UIO | WAY_XRT, DOCTOR_OK, "clock", NULL, "pl0 is %.6g MHz", mhz);
}

static void ask(doctor *d, const char *uri, unsigned way)
{
    bonnet_open_options options = BONNET_OPEN_OPTIONS_INIT;
    bonnet_device *dev = NULL;
    bonnet_chip_info chip;
    options.timeout_ms = 10000;
    options.cancel = (const volatile int *)&cli_cancelled;
    bonnet_status status = bonnet_open(&dev, uri, &options);
    if (status == BONNET_OK) status = bonnet_chip_info_get(&chip, dev);
    if (status != BONNET_OK)
        doctor_say(d, way, DOCTOR_MISSING, "chip",
                   status == BONNET_EABI ? "flash the bitstream of this version: bonnet flash"
                                         : "as the line says; else flash again: bonnet flash BITSTREAM",
                   "%s", *bonnet_last_error(dev) ? bonnet_last_error(dev) : bonnet_status_text(status));
    else
        doctor_say(d, way, DOCTOR_OK, "chip", NULL, "%s answers: register version %u.%u, %u lanes, %u bits of bus, built from %08x", uri,
                   chip.abi >> 16, chip.abi & 0xffff, chip.lanes, chip.bus_bits, chip.build);
    bonnet_close(dev);
}

void doctor_logic(doctor *d)
{
    manager(d);
    bitstream(d);
    clock_rate(d);
}

void doctor_chip(doctor *d)
{
    const unsigned way = !d->uri                       ? WAY_UIO
                         : !strncmp(d->uri, "xrt:", 4) ? WAY_XRT
                         : !strncmp(d->uri, "usb:", 4) ? WAY_USB
                         : !strncmp(d->uri, "uio:", 4) ? WAY_UIO
                                                       : 0;
    if (*d->root) doctor_say(d, 0, DOCTOR_UNSEEN, "chip", NULL, "not opened: --root is no board");
    else if (d->uri) ask(d, d->uri, way);
    else if (d->board && d->running && !d->missing[0] && cli_has_scheme("uio", 3)) ask(d, "uio:", way);
    else doctor_say(d, 0, DOCTOR_UNSEEN, "chip", NULL, "not asked who it is; bonnet doctor --device usb: (or uio:, xrt:0) does");
}
