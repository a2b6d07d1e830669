/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xrt.c - `xrt:INDEX`, a chip that XRT manages: zocl on a ZCU102, or whatever else has an XRT driver. Through XRT's C interface, found at run time.
 *
 * After the colon: the number of the device (0), then options, separated by commas:
 *     xclbin=FILE    what describes the chip to XRT (/lib/firmware/bonnet/bonnet.xclbin)    kernel=NAME  its kernel, or NAME:{unit} (bonnet)
 *     lib=DIR        XRT's libraries are there (wherever the loader finds them)             messages=on  XRT may print on stderr (off)
 *
 * The kernel is ap_ctrl_hs and opened for this process alone: then XRT lets us read and write its registers, and a second process is told that
 * the chip is taken. Buffers are cacheable, in whole pages, and cross over only in to_device and to_host. The C interface has no interrupts:
 * wait() asks the chip (bonnet_regdev_poll).
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "backends.h"
#include "options.h"
#include "regdev.h"
#include "regs.h"
#include "xrt_xclbin.h"
#include "xrt_api.h"

#define DEFAULT_XCLBIN "/lib/firmware/bonnet/bonnet.xclbin"
#define ZOCL_NODE      "/dev/dri/by-path/platform-*zyxclmm_drm-render" /* what XRT itself looks for */

enum { PATH_BYTES = 1024, SPIN_US = 50 };

typedef struct xrt {
    bonnet_xrt_api api;
    void *device, *kernel;
    uint32_t group; /* of memory, for buffers */
    bonnet_xclbin xclbin;
} xrt;

typedef struct xrt_options {
    char text[PATH_BYTES]; /* the others point into it */
    const char *xclbin, *kernel, *lib;
    unsigned index;
    int messages;
} xrt_options;

/* One line for a call of XRT that failed; errno is what XRT left there, 0 where it left nothing. */
static bonnet_status fail(bonnet_status status, const char *what, const char *advice, bonnet_error *err)
{
    const int number = errno;
    char text[96];
    if (number == ENODEV) status = BONNET_ENODEV;
    if (number == ENOMEM) status = BONNET_ENOMEM;
    return bonnet_fail(err, status, "xrt: %s: %s; %s", what, number ? strerror_r(number, text, sizeof text) : "refused by XRT", advice);
}

#define AGAIN "close the device and open it again, with messages=on to hear XRT's reason"

static bonnet_status xrt_read(void *self, uint32_t offset, uint32_t *value, bonnet_error *err)
{
    xrt *x = self;
    errno = 0;
    return x->api.xrtKernelReadRegister(x->kernel, offset, value) ? fail(BONNET_EIO, "register read", AGAIN, err) : BONNET_OK;
}

static bonnet_status xrt_write(void *self, uint32_t offset, uint32_t value, bonnet_error *err)
{
    xrt *x = self;
    errno = 0;
    return x->api.xrtKernelWriteRegister(x->kernel, offset, value) ? fail(BONNET_EIO, "register write", AGAIN, err) : BONNET_OK;
}

static bonnet_status xrt_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    xrt *x = self;
    const size_t room = (bytes + BONNET_XRT_PAGE - 1) / BONNET_XRT_PAGE * BONNET_XRT_PAGE;
    if (!bytes || room < bytes) return bonnet_fail(err, BONNET_ENOMEM, "xrt: no buffer has %zu bytes", bytes);
    errno = 0;
    void *buffer = x->api.xrtBOAlloc(x->device, room, BONNET_XRT_CACHEABLE, x->group);
    void *host = buffer ? x->api.xrtBOMap(buffer) : NULL;
    const uint64_t addr = host ? x->api.xrtBOAddress(buffer) : 0;
    if (!host || addr == UINT64_MAX || addr % 64) {
        bonnet_status st =
            fail(BONNET_ENOMEM, "device memory", "give the kernel more CMA (cma=512M on its command line), or run fewer images at once", err);
        if (buffer) x->api.xrtBOFree(buffer);
        return st;
    }
    memset(host, 0, room);
    *out = (bonnet_dma){.host = host, .addr = addr, .bytes = bytes, .priv = buffer};
    return BONNET_OK;
}

static void xrt_free(void *self, bonnet_dma *buffer)
{
    xrt *x = self;
    if (buffer->priv) x->api.xrtBOFree(buffer->priv);
    memset(buffer, 0, sizeof *buffer);
}

static bonnet_status transfer(xrt *x, const bonnet_dma *buffer, unsigned direction, size_t offset, size_t bytes, bonnet_error *err)
{
    if (!buffer->priv || !bonnet_dma_holds(buffer, offset, bytes)) return bonnet_fail(err, BONNET_EINVAL, "xrt: transfer outside its buffer");
    if (!bytes) return BONNET_OK;
    errno = 0;
    return x->api.xrtBOSync(buffer->priv, direction, bytes, offset) ? fail(BONNET_EIO, "transfer", AGAIN, err) : BONNET_OK;
}

static bonnet_status xrt_to_device(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    return transfer(self, buffer, BONNET_XRT_TO_DEVICE, offset, bytes, err);
}

static bonnet_status xrt_to_host(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    return transfer(self, buffer, BONNET_XRT_TO_HOST, offset, bytes, err);
}

static const bonnet_mmio xrt_mmio;

static bonnet_status xrt_wait(void *self, uint32_t timeout_ms, const volatile int *cancel, bonnet_error *err)
{
    uint32_t isr;
    const bonnet_status st = bonnet_regdev_poll(&xrt_mmio, self, SPIN_US, timeout_ms, cancel, &isr, err);
    if (st == BONNET_OK && isr == UINT32_MAX) /* two bits of it can be set */
        return bonnet_fail(err, BONNET_ENODEV, "xrt: the registers read all ones: the chip is gone; load its bitstream and open the device again");
    return st;
}

static uint32_t xrt_clock_hz(void *self) { return ((xrt *)self)->xclbin.clock_hz; }

static void xrt_close(void *self)
{
    xrt *x = self;
    if (!x) return;
    if (x->kernel) x->api.xrtKernelClose(x->kernel);
    if (x->device) x->api.xrtDeviceClose(x->device);
    bonnet_xrt_unload(&x->api);
    free(x);
}

static int option(xrt_options *o, const char *name, const char *value)
{
    if (!*value) return 0;
    if (!strcmp(name, "xclbin")) o->xclbin = value;
    else if (!strcmp(name, "kernel")) o->kernel = value;
    else if (!strcmp(name, "lib")) o->lib = value;
    else if (!strcmp(name, "messages")) return o->messages = !strcmp(value, "on"), o->messages || !strcmp(value, "off");
    else return 0;
    return 1;
}

static bonnet_status options(xrt_options *o, const char *path, bonnet_error *err)
{
    if (path && strlen(path) >= sizeof o->text) return bonnet_fail(err, BONNET_EINVAL, "xrt: options longer than %d bytes", PATH_BYTES - 1);
    strcpy(o->text, path ? path : "");
    for (char *list = o->text, *at; (at = bonnet_option_next(&list)) != NULL;) {
        const char *value = bonnet_option_value(at);
        if (at == o->text && !value) { /* the number of the device */
            char *end;
            const unsigned long n = strtoul(at, &end, 10);
            if ((*at && (at[0] < '0' || at[0] > '9')) || *end || n > 255)
                return bonnet_fail(err, BONNET_EINVAL, "xrt: '%.40s' is no number of a device; xrt:0 is the first", at);
            o->index = (unsigned)n;
            continue;
        }
        if (!value || !option(o, at, value))
            return bonnet_fail(err, BONNET_EINVAL, "xrt: bad option '%.40s%s%.60s'; known: INDEX xclbin=FILE kernel=NAME lib=DIR messages=on|off", at,
                               value ? "=" : "", value ? value : "");
    }
    return BONNET_OK;
}

/* Device, xclbin, kernel, memory; what was opened is in x, for xrt_close(). */
static bonnet_status reach(xrt *x, const xrt_options *o, bonnet_error *err)
{
    unsigned char uuid[16] = {0};
    char what[160];
    errno = 0;
    if (!(x->device = x->api.xrtDeviceOpen(o->index))) {
        snprintf(what, sizeof what, "no device %u", o->index);
        return fail(BONNET_ENODEV, what, "is its driver (zocl) loaded? `ls /dev/dri/by-path`", err);
    }
    errno = 0;
    if (x->api.xrtDeviceLoadXclbinFile(x->device, o->xclbin) || x->api.xrtDeviceGetXclbinUUID(x->device, uuid)) {
        snprintf(what, sizeof what, "device %u does not take '%.100s'", o->index, o->xclbin);
        return fail(BONNET_EIO, what, "is it made for this platform, and the chip not in use with another? messages=on says more", err);
    }
    if (memcmp(uuid, x->xclbin.uuid, sizeof uuid))
        return bonnet_fail(err, BONNET_EABI, "xrt: device %u holds another xclbin than '%.100s'; stop the program that loaded it", o->index,
                           o->xclbin);
    errno = 0;
    if (!(x->kernel = x->api.xrtPLKernelOpenExclusive(x->device, uuid, o->kernel))) {
        snprintf(what, sizeof what, "kernel '%.60s' of device %u", o->kernel, o->index);
        return fail(BONNET_ENODEV, what, "another program may have it open", err);
    }
    errno = 0;
    const int group = x->api.xrtKernelArgGroupId(x->kernel, 0);
    if (group < 0) return fail(BONNET_EFORMAT, "the xclbin connects the kernel to no memory", "make it again with mkxclbin or v++", err);
    x->group = (uint32_t)group;
    return BONNET_OK;
}

static bonnet_status xrt_open(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    xrt_options o = {.xclbin = DEFAULT_XCLBIN, .kernel = "bonnet"};
    (void)config;
    bonnet_status st = options(&o, path, err);
    if (st != BONNET_OK) return st;
    xrt *x = calloc(1, sizeof *x);
    if (!x) return bonnet_fail(err, BONNET_ENOMEM, "xrt: no memory for a device");
    st = bonnet_xrt_load(&x->api, o.lib, o.messages, err);
    if (st == BONNET_OK) st = bonnet_xclbin_read(&x->xclbin, o.xclbin, o.kernel, err);
    if (st == BONNET_OK && x->xclbin.range_bytes && x->xclbin.range_bytes < BONNET_REG_END)
        st =
            bonnet_fail(err, BONNET_EFORMAT, "xrt: '%.100s' gives the kernel 0x%x bytes of registers, the chip has 0x%x; make it again with mkxclbin",
                        o.xclbin, x->xclbin.range_bytes, (unsigned)BONNET_REG_END);
    if (st == BONNET_OK) st = reach(x, &o, err);
    if (st == BONNET_OK) *self = x;
    else xrt_close(x);
    return st;
}

/* A board with zocl, and an xclbin of ours where "xrt:" looks for it. */
static int present(void)
{
    glob_t found;
    if (access(DEFAULT_XCLBIN, R_OK) != 0 || glob(ZOCL_NODE, GLOB_NOSORT, NULL, &found) != 0) return 0;
    globfree(&found);
    return 1;
}

#define XRT_SUMMARY "a board that XRT manages (zocl), by XRT's own library"
static const bonnet_mmio xrt_mmio = {.scheme = "xrt",
                                     .summary = XRT_SUMMARY,
                                     .open = xrt_open,
                                     .close = xrt_close,
                                     .read = xrt_read,
                                     .write = xrt_write,
                                     .alloc = xrt_alloc,
                                     .free = xrt_free,
                                     .to_device = xrt_to_device,
                                     .to_host = xrt_to_host,
                                     .wait = xrt_wait,
                                     .clock_hz = xrt_clock_hz};

static bonnet_status open_xrt(void **self, const char *path, const bonnet_open_config *config, bonnet_error *err)
{
    return bonnet_regdev_open(self, &xrt_mmio, path, config, err);
}

const bonnet_backend bonnet_xrt_backend = BONNET_REGDEV_BACKEND("xrt", XRT_SUMMARY, &xrt_mmio, open_xrt, present);
