/* SPDX-License-Identifier: Apache-2.0 */
/* doctor_usb.c - the way with the USB-JTAG cable from any computer, and what is installed for all ways. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"

void doctor_usb(doctor *d)
{
    char path[4096];
    cli_cable cable;
    bool found = cli_find_cable(&cable, d->root, "", 0);
    if (!found && d->board) { /* the cable goes to another computer */
        doctor_say(d, 0, DOCTOR_UNSEEN, "cable", NULL, "the usb way is for the computer that the cable from J2 goes to");
        d->missing[2]++;
        return;
    }
    if (!found)
        doctor_say(d, WAY_USB, DOCTOR_MISSING, "cable", "connect J2 of the ZCU102 (USB JTAG) and switch the board on",
                   "no USB-JTAG cable (0403:6014)");
    for (unsigned n = 0; cli_find_cable(&cable, d->root, "", n); n++) {
        doctor_say(d, WAY_USB, DOCTOR_OK, "cable", NULL, "%s%susb:%s at %s", cable.product, *cable.product ? ", " : "", cable.serial, cable.sys);
        doctor_node(d, WAY_USB, "cable-access", cable.node,
                    "sudo cp bitstreams/linux/60-bonnet.rules /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger; sudo "
                    "usermod -aG plugdev $USER, log in again");
    }
    if (*d->root) {
        snprintf(path, sizeof path, "%s/usr/bin/openFPGALoader", d->root);
        found = access(path, F_OK) == 0;
    } else found = cli_tool_find(path, sizeof path, "openFPGALoader");
    if (found) doctor_say(d, WAY_USB, DOCTOR_OK, "openFPGALoader", NULL, "%s", path);
    else
        doctor_say(d, WAY_USB, DOCTOR_MISSING, "openFPGALoader", "sudo apt install openfpgaloader",
                   "not in PATH; `bonnet flash --device usb:` needs it");
}

static bool any_of(const doctor *d, const char *const *place, char out[4200])
{
    for (; *place; place++) {
        snprintf(out, 4200, "%s%s", d->root, *place);
        if (access(out, F_OK) == 0) return true;
    }
    return false;
}

void doctor_setup(doctor *d)
{
    char path[4200];
    static const char *const rules[] = {"/etc/udev/rules.d/60-bonnet.rules", "/usr/local/lib/udev/rules.d/60-bonnet.rules",
                                        "/usr/lib/udev/rules.d/60-bonnet.rules", "/lib/udev/rules.d/60-bonnet.rules", NULL};
    static const char *const unit[] = {"/etc/systemd/system/bonnet-board.service", "/usr/local/lib/systemd/system/bonnet-board.service",
                                       "/usr/lib/systemd/system/bonnet-board.service", "/lib/systemd/system/bonnet-board.service", NULL};
    static const char *const wanted[] = {"/etc/systemd/system/multi-user.target.wants/bonnet-board.service", NULL};
    if (any_of(d, rules, path)) doctor_say(d, 0, DOCTOR_OK, "udev-rules", NULL, "%s", path);
    else
        doctor_say(d, 0, DOCTOR_WARNING, "udev-rules", "sudo cp bitstreams/linux/60-bonnet.rules /etc/udev/rules.d/ (make install does it)",
                   "60-bonnet.rules is not installed: only root may open the devices");
    if (!d->board) return;
    if (any_of(d, wanted, path)) doctor_say(d, 0, DOCTOR_OK, "boot-unit", NULL, "bonnet-board.service loads the bitstream at boot");
    else if (any_of(d, unit, path))
        doctor_say(d, 0, DOCTOR_WARNING, "boot-unit",
                   "name the bitstream in /etc/default/bonnet-board, then: sudo systemctl enable --now bonnet-board",
                   "bonnet-board.service is installed and not enabled");
    else
        doctor_say(d, 0, DOCTOR_WARNING, "boot-unit", "make install",
                   "bonnet-board.service is not installed: load the bitstream by hand after every boot");
}
