/* SPDX-License-Identifier: Apache-2.0 */
/* find.c - the devices that a Bonnet board shows: UIO, u-dma-buf, zocl, USB-JTAG cables. Reads names in sysfs; opens nothing. */
#include <ctype.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "flash.h"

enum { PATH_ROOM = 512 };

bool cli_find_uio(char name[FIND_NAME], const char *root, unsigned n)
{
    char path[PATH_ROOM], text[FIND_NAME], at[FIND_NAME] = "";
    while (cli_tree_next(at, sizeof at, root, "/sys/class/uio", "uio", at)) {
        snprintf(path, sizeof path, "/sys/class/uio/%s/name", at);
        if (cli_tree_read(text, sizeof text, root, path) < 0 || strcmp(text, "bonnet") || n--) continue;
        memcpy(name, at, sizeof at);
        return true;
    }
    return false;
}

bool cli_find_udmabuf(char name[FIND_NAME], const char *root, unsigned n)
{
    static const char own[] = "udmabuf-bonnet", folder[] = "/sys/class/u-dma-buf";
    char at[FIND_NAME] = "", path[PATH_ROOM], text[8];
    snprintf(path, sizeof path, "%s/%s/size", folder, own);
    const bool have = cli_tree_read(text, sizeof text, root, path) >= 0;
    if (have && n-- == 0) {
        memcpy(name, own, sizeof own);
        return true;
    }
    while (cli_tree_next(at, sizeof at, root, folder, "", at)) {
        if (!strcmp(at, own) || n--) continue;
        memcpy(name, at, sizeof at);
        return true;
    }
    return false;
}

/* The platform driver's name, of which device/driver is a link: "zocl-drm", "zocl". */
static bool is_zocl(const char *root, const char *render)
{
    char path[PATH_ROOM], to[PATH_ROOM];
    snprintf(path, sizeof path, "%s/sys/class/drm/%s/device/driver", root, render);
    ssize_t n = readlink(path, to, sizeof to - 1);
    if (n < 0) return false;
    to[n] = '\0';
    return !strncmp(basename(to), "zocl", 4);
}

bool cli_find_zocl(char name[FIND_NAME], const char *root, unsigned n)
{
    char at[FIND_NAME] = "";
    while (cli_tree_next(at, sizeof at, root, "/sys/class/drm", "renderD", at)) {
        if (!is_zocl(root, at) || n--) continue;
        memcpy(name, at, sizeof at);
        return true;
    }
    return false;
}

bool cli_find_cable(cli_cable *out, const char *root, const char *serial, unsigned n)
{
    static const char folder[] = "/sys/bus/usb/devices";
    cli_cable c = {"", "", "", ""};
    while (cli_tree_next(c.sys, sizeof c.sys, root, folder, "", c.sys)) {
        char path[PATH_ROOM], vendor[16], product[16], bus[16], device[16];
        const struct {
            const char *file;
            char *text;
            size_t room;
        } part[] = {{"idVendor", vendor, sizeof vendor}, {"idProduct", product, sizeof product}, {"busnum", bus, sizeof bus},
                    {"devnum", device, sizeof device},   {"serial", c.serial, sizeof c.serial},  {"product", c.product, sizeof c.product}};
        for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
            snprintf(path, sizeof path, "%s/%s/%s", folder, c.sys, part[i].file);
            cli_tree_read(part[i].text, part[i].room, root, path);
            for (char *t = part[i].text; *t; t++)
                if (!isprint((unsigned char)*t)) *t = '?';
        }
        if (strcmp(vendor, "0403") || strcmp(product, "6014") || (*serial && strcmp(serial, c.serial)) || n--) continue;
        snprintf(c.node, sizeof c.node, "/dev/bus/usb/%03ld/%03ld", strtol(bus, NULL, 10) % 1000, strtol(device, NULL, 10) % 1000);
        *out = c;
        return true;
    }
    return false;
}

bool cli_is_board(const char *root)
{
    static const char *const place[] = {"/proc/device-tree/compatible", "/sys/firmware/devicetree/base/compatible"};
    char text[1024];
    for (size_t i = 0; i < 2; i++) { /* a row of strings, each with its zero */
        const long n = cli_tree_read(text, sizeof text, root, place[i]);
        if (n > 0 && memmem(text, (size_t)n, FLASH_BOARD, strlen(FLASH_BOARD))) return true;
    }
    return false;
}

bool cli_has_scheme(const char *scheme, size_t length)
{
    bonnet_device_kind kind;
    for (size_t i = 0; bonnet_device_kind_get(&kind, i) == BONNET_OK; i++)
        if (!strncmp(kind.scheme, scheme, length) && (!kind.scheme[length] || kind.scheme[length] == ':')) return true;
    return false;
}
