/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_xrt.c - the way on the board with XRT: its kernel driver zocl, and which library would be loaded. Files only: XRT itself is never called, since one half installed aborts. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"

#define COREUTIL "libxrt_coreutil.so.2"
#define SHIM     "libxrt_core.so.2"

/* The first folder with the library in it; folder: without the root. */
static bool find_library(doctor *d, char folder[PATH_MAX], const char *set, const char *library)
{
    static const char *const usual[] = {"/opt/xilinx/xrt/lib", "/usr/lib", "/usr/lib/aarch64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
                                        "/usr/local/lib"};
    char path[2 * PATH_MAX];
    for (size_t i = 0; i <= sizeof usual / sizeof *usual; i++) {
        if (i == 0 && !*set) continue;
        if (i == 0) snprintf(folder, PATH_MAX, "%.4000s/lib", set);
        else snprintf(folder, PATH_MAX, "%s", usual[i - 1]);
        snprintf(path, sizeof path, "%s%s/%s", d->root, folder, library);
        if (access(path, F_OK) == 0) return true;
    }
    return false;
}

static void libraries(doctor *d)
{
    char folder[PATH_MAX], path[2 * PATH_MAX], real[PATH_MAX];
    const char *set = *d->root ? NULL : getenv("XILINX_XRT"); /* somebody else's environment is not ours */
    if (!set) set = "";
    if (!find_library(d, folder, set, COREUTIL)) {
        doctor_say(d, WAY_XRT, DOCTOR_MISSING, "xrt",
                   "install the XRT of your image's release (petalinux-config -c rootfs: xrt; it and zocl must be of one release)",
                   "XRT is not installed: no " COREUTIL);
        return;
    }
    snprintf(path, sizeof path, "%s%s/" COREUTIL, d->root, folder);
    const char *version = realpath(path, real) ? strstr(real, ".so.") : NULL;
    doctor_say(d, WAY_XRT, DOCTOR_OK, "xrt", NULL, "%s/" COREUTIL ", version %s", folder, version ? version + 4 : "unknown");
    if (*set) snprintf(folder, sizeof folder, "%.4000s/lib", set); /* from there, or the process aborts */
    snprintf(path, sizeof path, "%s%s/" SHIM, d->root, folder);
    if (access(path, F_OK) == 0) doctor_say(d, WAY_XRT, DOCTOR_OK, "xrt-driver", NULL, "%s/" SHIM "%s", folder, *set ? " (XILINX_XRT)" : "");
    else
        doctor_say(d, WAY_XRT, DOCTOR_MISSING, "xrt-driver", "unset XILINX_XRT, or set it to the folder above XRT's lib",
                   *set ? "XILINX_XRT is set, and there is no %s/" SHIM : "XRT is half installed: no %s/" SHIM, folder);
}

void doctor_xrt(doctor *d)
{
    char name[FIND_NAME], node[FIND_NAME + 16];
    if (!cli_find_zocl(name, d->root, 0)) {
        const bool module = !*d->root && access("/sys/module/zocl", F_OK) == 0;
        doctor_say(
            d, WAY_XRT, DOCTOR_MISSING, "zocl",
            "add the node compatible = \"xlnx,zocl\" to the device tree (bitstreams/zcu102/petalinux.md) and load the module: sudo modprobe zocl",
            module ? "the module zocl is loaded, and found no node in the device tree" : "no render device of zocl, XRT's kernel driver");
    } else {
        doctor_say(d, WAY_XRT, DOCTOR_OK, "zocl", NULL, "%s is zocl's", name);
        snprintf(node, sizeof node, "/dev/dri/%s", name);
        doctor_node(d, WAY_XRT, "zocl-access", node, "sudo usermod -aG render $USER, log in again");
    }
    libraries(d);
}
