/* SPDX-License-Identifier: Apache-2.0 */
/* xrt_xclbin.c - looks into a .xclbin. Reads its headers and the two small sections that matter, not the bitstream. See xrt_xclbin.h. */
#include "xrt_xclbin.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bytes.h"

enum { MAX_SECTIONS = 256, MAX_SECTION_BYTES = 4 << 20 };

typedef struct file {
    int fd;
    const char *path;
    uint64_t bytes;
} file;

/* 1: all of them. */
static int take(const file *f, uint8_t *out, uint64_t at, size_t bytes)
{
    if (at > f->bytes || bytes > f->bytes - at) return 0;
    while (bytes) {
        ssize_t n = pread(f->fd, out, bytes, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        out += n, at += (uint64_t)n, bytes -= (size_t)n;
    }
    return 1;
}

static bonnet_status damaged(const file *f, const char *what, bonnet_error *err)
{
    return bonnet_fail(err, BONNET_EFORMAT, "xrt: '%.120s' is not a sound xclbin (%s); make it again with mkxclbin or v++", f->path, what);
}

/* The content of the first section of a kind, with a zero byte behind it: free(). NULL and BONNET_OK: there is none. */
static bonnet_status section(const file *f, const uint8_t *headers, uint32_t n, uint32_t kind, uint8_t **out, size_t *size, bonnet_error *err)
{
    *out = NULL, *size = 0;
    for (uint32_t i = 0; i < n; i++, headers += BONNET_XCLBIN_HEADER) {
        if (bonnet_little(headers, 4) != kind) continue;
        const uint64_t at = bonnet_little(headers + BONNET_XCLBIN_OFFSET, 8), bytes = bonnet_little(headers + BONNET_XCLBIN_SIZE, 8);
        if (bytes > MAX_SECTION_BYTES || at > f->bytes || bytes > f->bytes - at) return damaged(f, "a section lies outside the file", err);
        uint8_t *content = malloc((size_t)bytes + 1);
        if (!content) return bonnet_fail(err, BONNET_ENOMEM, "xrt: no memory for '%.120s'", f->path);
        if (!take(f, content, at, (size_t)bytes)) {
            free(content);
            return damaged(f, "it ends in the middle of a section", err);
        }
        content[bytes] = 0;
        *out = content, *size = (size_t)bytes;
        return BONNET_OK;
    }
    return BONNET_OK;
}

/* Is there a unit "kernel:..."? The names that are there go into the error. */
static bonnet_status find_kernel(const file *f, const uint8_t *ips, size_t size, const char *kernel, size_t chars, bonnet_error *err)
{
    char names[160] = "";
    if (!ips || size < BONNET_XCLBIN_IPS) return damaged(f, "no list of kernels", err);
    const uint64_t n = bonnet_little(ips, 4);
    if (n > (size - BONNET_XCLBIN_IPS) / BONNET_XCLBIN_IP) return damaged(f, "its list of kernels is cut off", err);
    for (uint64_t i = 0; i < n; i++) {
        char name[BONNET_XCLBIN_IP_CHARS + 1] = "";
        memcpy(name, ips + BONNET_XCLBIN_IPS + i * BONNET_XCLBIN_IP + BONNET_XCLBIN_IP_NAME, BONNET_XCLBIN_IP_CHARS);
        if (!strncmp(name, kernel, chars) && name[chars] == ':') return BONNET_OK;
        if (strlen(names) + strlen(name) + 3 > sizeof names) continue;
        for (char *c = name; *c; c++)
            if (*c < ' ' || *c > '~') *c = '?'; /* a damaged file must not write to the user's terminal */
        if (*names) strcat(names, ", ");
        strcat(names, name);
    }
    return bonnet_fail(err, BONNET_EINVAL, "xrt: no kernel '%.*s' in '%.100s', which has: %s; name one with kernel=", (int)chars, kernel, f->path,
                       *names ? names : "none");
}

/* The value of an attribute of the element that begins at `tag`, copied; 0: it has none. */
static int attribute(char *out, size_t room, const char *tag, const char *name)
{
    const char *end = strchr(tag, '>');
    const size_t chars = strlen(name);
    for (const char *at = tag; end && (at = strstr(at, name)) != NULL && at < end; at += chars) {
        if (at[-1] != ' ' || at[chars] != '=' || at[chars + 1] != '"') continue;
        const char *value = at + chars + 2;
        const size_t length = strcspn(value, "\"");
        if (length >= room || value + length > end) return 0;
        memcpy(out, value, length);
        out[length] = '\0';
        return 1;
    }
    return 0;
}

/* Registers' range and clock, as the XML says; nothing there changes nothing. */
static void read_metadata(bonnet_xclbin *out, const char *xml, const char *kernel, size_t chars)
{
    char value[64];
    for (const char *at = xml; (at = strstr(at, "<clock ")) != NULL; at++)
        if (attribute(value, sizeof value, at, "port") && !strcmp(value, "KERNEL_CLK") && attribute(value, sizeof value, at, "frequency")) {
            const double mhz = strtod(value, NULL);
            if (mhz > 0 && mhz < 4000) out->clock_hz = (uint32_t)(mhz * 1e6);
        }
    for (const char *at = xml; (at = strstr(at, "<kernel ")) != NULL; at++) {
        if (!attribute(value, sizeof value, at, "name") || strlen(value) != chars || strncmp(value, kernel, chars)) continue;
        const char *end = strstr(at, "</kernel>");
        for (const char *port = at; (port = strstr(port, "<port ")) != NULL && end && port < end; port++) {
            if (!attribute(value, sizeof value, port, "mode") || strcmp(value, "slave") || !attribute(value, sizeof value, port, "range")) continue;
            const unsigned long long range = strtoull(value, NULL, 0);
            out->range_bytes = range > UINT32_MAX ? UINT32_MAX : (uint32_t)range;
        }
        return;
    }
}

static bonnet_status look(bonnet_xclbin *out, const file *f, const char *kernel, bonnet_error *err)
{
    uint8_t head[BONNET_XCLBIN_HEAD], *headers, *content = NULL;
    const size_t chars = strcspn(kernel, ":");
    size_t size;
    if (!take(f, head, 0, sizeof head) || memcmp(head, "xclbin2", 8)) return damaged(f, "it does not begin like one", err);
    const uint64_t length = bonnet_little(head + BONNET_XCLBIN_LENGTH, 8), n = bonnet_little(head + BONNET_XCLBIN_COUNT, 4);
    if (length > f->bytes) return damaged(f, "it is shorter than it says", err);
    if (!n || n > MAX_SECTIONS) return damaged(f, "no number of sections that makes sense", err);
    memcpy(out->uuid, head + BONNET_XCLBIN_UUID, sizeof out->uuid);
    if (!(headers = malloc((size_t)n * BONNET_XCLBIN_HEADER))) return bonnet_fail(err, BONNET_ENOMEM, "xrt: no memory for '%.120s'", f->path);
    bonnet_status st = BONNET_OK;
    if (!take(f, headers, BONNET_XCLBIN_HEAD, (size_t)n * BONNET_XCLBIN_HEADER)) st = damaged(f, "its list of sections is cut off", err);
    for (uint32_t i = 0; st == BONNET_OK && i < n; i++)
        if (bonnet_little(headers + (size_t)i * BONNET_XCLBIN_HEADER, 4) == BONNET_XCLBIN_KIND_BITSTREAM) out->bitstream = 1;
    if (st == BONNET_OK) st = section(f, headers, (uint32_t)n, BONNET_XCLBIN_KIND_IPS, &content, &size, err);
    if (st == BONNET_OK) st = find_kernel(f, content, size, kernel, chars, err);
    free(content), content = NULL;
    if (st == BONNET_OK) st = section(f, headers, (uint32_t)n, BONNET_XCLBIN_KIND_MEMORY, &content, &size, err);
    if (st == BONNET_OK && (!content || size < 4 || !bonnet_little(content, 4))) st = damaged(f, "it names no memory", err);
    free(content), content = NULL;
    if (st == BONNET_OK) st = section(f, headers, (uint32_t)n, BONNET_XCLBIN_KIND_METADATA, &content, &size, err);
    if (st == BONNET_OK && !content) st = damaged(f, "it has no metadata", err);
    if (st == BONNET_OK) read_metadata(out, (const char *)content, kernel, chars);
    free(content);
    free(headers);
    return st;
}

bonnet_status bonnet_xclbin_read(bonnet_xclbin *out, const char *path, const char *kernel, bonnet_error *err)
{
    char text[96];
    struct stat info;
    bonnet_xclbin found;
    file f = {.fd = open(path, O_RDONLY | O_CLOEXEC), .path = path};
    if (f.fd < 0 || fstat(f.fd, &info) != 0) {
        const int why = errno;
        if (f.fd >= 0) close(f.fd);
        return bonnet_fail(err, BONNET_EIO, "xrt: cannot read the xclbin '%.120s': %s; name another with xclbin=", path,
                           strerror_r(why, text, sizeof text));
    }
    memset(&found, 0, sizeof found);
    f.bytes = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
    bonnet_status st = look(&found, &f, kernel, err);
    close(f.fd);
    if (st == BONNET_OK) *out = found;
    return st;
}
