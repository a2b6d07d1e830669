/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_uio.c - the way on the board with UIO: registers by /dev/uio, memory by u-dma-buf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"

/* Device memory that a network at 224x224 takes on geometry zcu102: 10.4 MB measured (buffers of a run of BoolNet k=4). `verify` traces: twice that. */
enum { NEED_BYTES = 16 << 20, GOOD_BYTES = 32 << 20 };
static const char rules_advice[] = "sudo cp bitstreams/linux/60-bonnet.rules /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm "
                                   "trigger; sudo usermod -aG plugdev $USER, log in again";

static void uio(doctor *d)
{
    char name[FIND_NAME], path[512], of_id[64], node[FIND_NAME + 8];
    const bool found = cli_find_uio(name, d->root, 0);
    if (cli_tree_read(of_id, sizeof of_id, d->root, "/sys/module/uio_pdrv_genirq/parameters/of_id") < 0) {
        if (!found)
            doctor_say(d, WAY_UIO, DOCTOR_MISSING, "uio-module", "sudo modprobe uio_pdrv_genirq of_id=generic-uio",
                       "the kernel module uio_pdrv_genirq is not loaded");
    } else if (strcmp(of_id, "generic-uio"))
        doctor_say(d, WAY_UIO, found ? DOCTOR_WARNING : DOCTOR_MISSING, "uio-module",
                   "add uio_pdrv_genirq.of_id=generic-uio to the kernel's command line (bootargs), or: sudo modprobe -r uio_pdrv_genirq; sudo "
                   "modprobe uio_pdrv_genirq of_id=generic-uio",
                   "uio_pdrv_genirq looks for '%s', and the device tree says generic-uio", of_id);
    else doctor_say(d, WAY_UIO, DOCTOR_OK, "uio-module", NULL, "uio_pdrv_genirq takes generic-uio");
    if (!found) {
        const bool other = cli_tree_next(name, sizeof name, d->root, "/sys/class/uio", "uio", "");
        doctor_say(d, WAY_UIO, DOCTOR_MISSING, "uio",
                   "load the device-tree overlay: sudo mkdir /sys/kernel/config/device-tree/overlays/bonnet && cat bonnet_zcu102.dtbo | sudo tee "
                   "/sys/kernel/config/device-tree/overlays/bonnet/dtbo (bitstreams/zcu102/petalinux.md)",
                   other ? "there are UIO devices, and none is named bonnet" : "no UIO device");
        return;
    }
    snprintf(path, sizeof path, "/sys/class/uio/%s/maps/map0/addr", name);
    if (cli_tree_read(of_id, sizeof of_id, d->root, path) < 0) snprintf(of_id, sizeof of_id, "?");
    doctor_say(d, WAY_UIO, DOCTOR_OK, "uio", NULL, "%s is bonnet, registers at %s", name, of_id);
    snprintf(node, sizeof node, "/dev/%s", name);
    doctor_node(d, WAY_UIO, "uio-access", node, rules_advice);
}

static unsigned long long number(doctor *d, const char *name, const char *attribute)
{
    char path[512], text[64];
    snprintf(path, sizeof path, "/sys/class/u-dma-buf/%s/%s", name, attribute);
    return cli_tree_read(text, sizeof text, d->root, path) < 0 ? 0 : strtoull(text, NULL, 0);
}

/* The design's port into memory is not coherent: a buffer that is said to be would be read before it is written back. */
static void coherency(doctor *d, const char *name)
{
    char path[512], uio_name[FIND_NAME] = "";
    const bool buffer = number(d, name, "dma_coherent") != 0;
    if (cli_find_uio(uio_name, d->root, 0)) snprintf(path, sizeof path, "%s/sys/class/uio/%s/device/of_node/dma-coherent", d->root, uio_name);
    const bool chip = *uio_name && access(path, F_OK) == 0;
    if (buffer && !chip)
        doctor_say(d, WAY_UIO, DOCTOR_MISSING, "coherency",
                   "remove dma-coherent from the node of u-dma-buf: the bitstream's port, S_AXI_HP0, is not coherent",
                   "%s is coherent and the chip is not: it would read old data", name);
    else if (!buffer && chip)
        doctor_say(d, WAY_UIO, DOCTOR_WARNING, "coherency",
                   "say dma-coherent in the node of u-dma-buf too, if the bitstream uses an HPC port; else in none",
                   "the chip is said to be coherent and %s is not: caches are synchronised in vain", name);
    else
        doctor_say(d, WAY_UIO, DOCTOR_OK, "coherency", NULL,
                   buffer ? "chip and buffer are coherent" : "neither chip nor buffer is coherent: the driver synchronises caches");
}

/* Cache syncs are writes to two attributes; sysfs makes them root's, the udev rule gives them to the group. */
static void sync_files(doctor *d, const char *name)
{
    static const char *const file[] = {"sync_for_device", "sync_for_cpu"};
    for (size_t i = 0; i < 2; i++) {
        char node[512];
        snprintf(node, sizeof node, "/sys/class/u-dma-buf/%s/%s", name, file[i]);
        if (!doctor_node(d, WAY_UIO, file[i], node, rules_advice)) return;
    }
}

static void memory(doctor *d)
{
    char name[FIND_NAME], node[FIND_NAME + 8];
    static const char load[] = "sudo modprobe u-dma-buf udmabuf0=67108864 (module: github.com/ikwzm/udmabuf; not in the kernel), or load the overlay";
    if (!cli_find_udmabuf(name, d->root, 0)) {
        doctor_say(d, WAY_UIO, DOCTOR_MISSING, "u-dma-buf", load,
                   access("/sys/module/u_dma_buf", F_OK) == 0 && !*d->root ? "the module u-dma-buf is loaded, and has no buffer"
                                                                           : "no u-dma-buf device");
        return;
    }
    const unsigned long long size = number(d, name, "size"), address = number(d, name, "phys_addr");
    if (!address)
        doctor_say(d, WAY_UIO, DOCTOR_MISSING, "u-dma-buf", "see `dmesg`: its memory could not be had; reserve it (bitstreams/zcu102/bonnet.dtsi)",
                   "%s has no physical address", name);
    else if (size < NEED_BYTES)
        doctor_say(d, WAY_UIO, DOCTOR_MISSING, "u-dma-buf", load, "%s has %llu KiB; a network at 224x224 takes 10 MiB, give it 64 MiB", name,
                   size >> 10);
    else if (size < GOOD_BYTES)
        doctor_say(d, WAY_UIO, DOCTOR_WARNING, "u-dma-buf", load, "%s has %llu MiB, enough to run; `verify` of a network at 224x224 wants 32 MiB",
                   name, size >> 20);
    else doctor_say(d, WAY_UIO, DOCTOR_OK, "u-dma-buf", NULL, "%s has %llu MiB at 0x%llx", name, size >> 20, address);
    coherency(d, name);
    snprintf(node, sizeof node, "/dev/%s", name);
    if (doctor_node(d, WAY_UIO, "u-dma-buf-access", node, rules_advice) && !number(d, name, "dma_coherent")) sync_files(d, name);
}

/* XRT's buffers come out of it, and u-dma-buf's where no memory is reserved for it. */
static void contiguous(doctor *d)
{
    char text[8192], *at;
    if (cli_tree_read(text, sizeof text, d->root, "/proc/meminfo") < 0 || !(at = strstr(text, "CmaTotal:"))) {
        doctor_say(d, 0, DOCTOR_UNSEEN, "cma", NULL, "/proc/meminfo does not tell how much contiguous memory there is");
        return;
    }
    const unsigned long total = strtoul(at + strlen("CmaTotal:"), NULL, 10);
    at = strstr(text, "CmaFree:");
    const unsigned long left = at ? strtoul(at + strlen("CmaFree:"), NULL, 10) : total;
    doctor_say(d, WAY_XRT, left < NEED_BYTES >> 10 ? DOCTOR_MISSING : DOCTOR_OK, "cma",
               left < NEED_BYTES >> 10 ? "add cma=256M to the kernel's command line (bootargs)" : NULL,
               "%lu of %lu MiB of contiguous memory are free%s", left >> 10, total >> 10,
               left < NEED_BYTES >> 10 ? ", a network at 224x224 takes 10" : "");
}

void doctor_uio(doctor *d)
{
    uio(d);
    memory(d);
    contiguous(d);
}
