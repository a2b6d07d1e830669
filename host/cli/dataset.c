/* SPDX-License-Identifier: Apache-2.0 */
/* dataset.c - the test half of Fashion-MNIST as Debian ships it: gzipped IDX files, every header field checked. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "cli.h"

enum { MAX_ITEMS = 1 << 20 };

/* Reads `path`: big-endian header of 1 + dims numbers (magic first), then bytes. dims is checked, sizes come back. */
static int read_idx(uint8_t **out, uint32_t *sizes, unsigned dims, const char *path)
{
    uint8_t header[16];
    gzFile f = gzopen(path, "rb");
    if (!f) return cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s; install dataset-fashion-mnist or give --dataset-dir", path, strerror(errno));
    int code = CLI_OK;
    uint8_t *bytes = NULL;
    size_t total = 1;
    if (gzread(f, header, 4 + 4 * dims) != (int)(4 + 4 * dims) || memcmp(header, "\0\0\x08", 3) != 0 || header[3] != dims)
        code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: not an IDX file of %u dimensions", path, dims);
    for (unsigned i = 0; i < dims && code == CLI_OK; i++) {
        const uint8_t *h = header + 4 + 4 * i;
        sizes[i] = (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
        if (!sizes[i] || sizes[i] > (i ? 1024 : MAX_ITEMS))
            code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: unreasonable IDX size %u", path, sizes[i]);
        total *= sizes[i];
    }
    if (code == CLI_OK && (total > (size_t)1 << 30 || !(bytes = malloc(total))))
        code = cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    for (size_t at = 0; code == CLI_OK && at < total;) {
        size_t want = total - at > 1 << 20 ? 1 << 20 : total - at;
        int n = gzread(f, bytes + at, (unsigned)want);
        if (n <= 0) code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: truncated or damaged", path);
        else at += (size_t)n;
    }
    gzclose(f);
    if (code != CLI_OK) free(bytes);
    else *out = bytes;
    return code;
}

void cli_dataset_free(cli_dataset *d)
{
    free(d->pixels);
    free(d->labels);
    memset(d, 0, sizeof *d);
}

int cli_dataset_open(cli_dataset *out, const cli_options *o, const bonnet_model_info *info)
{
    const char *dir = o->dataset_dir ? o->dataset_dir : "/usr/share/datasets/fashion-mnist";
    char path[4096];
    uint32_t images[3] = {0}, labels[1] = {0};
    cli_dataset d = {0};
    if (o->dataset && strcmp(o->dataset, "fashion-mnist") != 0) return cli_fail(CLI_USAGE, "no data set '%.40s'; known: fashion-mnist", o->dataset);
    if (strlen(dir) > sizeof path - 64) return cli_fail(CLI_USAGE, "--dataset-dir is too long");
    snprintf(path, sizeof path, "%s/t10k-images-idx3-ubyte.gz", dir);
    int code = read_idx(&d.pixels, images, 3, path);
    if (code == CLI_OK) {
        snprintf(path, sizeof path, "%s/t10k-labels-idx1-ubyte.gz", dir);
        code = read_idx(&d.labels, labels, 1, path);
    }
    if (code == CLI_OK && labels[0] != images[0])
        code = cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: %u labels for %u images", path, labels[0], images[0]);
    if (code == CLI_OK && (images[1] != info->height || images[2] != info->width || info->planes != 1 || info->pixels_signed))
        code = cli_fail(CLI_STATUS - BONNET_EINVAL, "fashion-mnist is %ux%u gray, the network %s wants %ux%ux%u", images[2], images[1], info->name,
                        info->width, info->height, info->planes);
    if (code != CLI_OK) {
        cli_dataset_free(&d);
        return code;
    }
    d.count = o->limit && o->limit < images[0] ? (uint32_t)o->limit : images[0];
    d.height = images[1];
    d.width = images[2];
    *out = d;
    return CLI_OK;
}
