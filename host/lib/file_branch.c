/* SPDX-License-Identifier: Apache-2.0 */
/* file_branch.c - a BRA section of a .bonnet file: an early exit, its branch a network of its own. Layout: docs/format.md, section 4e. */
#include <string.h>
#include "file_net.h"

enum { HEAD_BYTES = 128, RESERVED_BYTES = HEAD_BYTES - BONNET_NAME_BYTES - 4 - 4 - 8 };

static size_t net_bytes(const bonnet_net *branch)
{
    bonnet_writer count = {0};
    bonnet_net_encode(&count, branch);
    return count.bytes;
}

size_t bonnet_branch_bytes(const bonnet_net_exit *e)
{
    return HEAD_BYTES + net_bytes(e->branch) + (bonnet_net_general(e->branch) ? bonnet_windows_bytes(e->branch) : 0);
}

void bonnet_branch_encode(bonnet_writer *w, const bonnet_net_exit *e)
{
    const size_t length = strnlen(e->name, BONNET_NAME_BYTES - 1);
    bonnet_put_bytes(w, e->name, length);
    bonnet_put_zero(w, BONNET_NAME_BYTES - length);
    bonnet_put(w, e->layer, 4);
    bonnet_put_zero(w, 4);
    bonnet_put(w, net_bytes(e->branch), 8);
    bonnet_put_zero(w, RESERVED_BYTES);
    bonnet_net_encode(w, e->branch);
    if (bonnet_net_general(e->branch)) bonnet_windows_encode(w, e->branch);
}

static bonnet_status damaged(bonnet_error *err, const char *what) { return bonnet_fail(err, BONNET_EFORMAT, "damaged .bonnet file: %s", what); }

bonnet_status bonnet_branch_decode(bonnet_net *net, const uint8_t *bytes, size_t size, bonnet_error *err)
{
    bonnet_reader r = {bytes, size, 0};
    bonnet_net *branch = NULL;
    char name[BONNET_NAME_BYTES] = "";
    if (net->n_exits == BONNET_MAX_EXITS) return damaged(err, "too many branches");
    const uint8_t *at = bonnet_get_bytes(&r, sizeof name);
    if (at) memcpy(name, at, sizeof name);
    const uint32_t layer = (uint32_t)bonnet_get(&r, 4), zero = (uint32_t)bonnet_get(&r, 4);
    const uint64_t length = bonnet_get(&r, 8);
    int padded = bonnet_get_zero(&r, RESERVED_BYTES) && !zero;
    for (size_t i = strnlen(name, sizeof name); i < sizeof name; i++) padded = padded && !name[i];
    if (!padded || name[sizeof name - 1] || length > r.left) return damaged(err, "a branch is cut short or not well formed");
    /* The order of the file is that of the exits. */
    if (net->n_exits && net->exits[net->n_exits - 1].layer > layer) return damaged(err, "a branch lies before the one before it");
    bonnet_reader windows = {r.at + length, r.left - (size_t)length, 0};
    bonnet_status status = bonnet_net_decode(&branch, r.at, (size_t)length, windows.left ? &windows : NULL, 1, err);
    if (status != BONNET_OK) return status;
    if (!bonnet_net_add_exit(net, name, layer, branch)) return bonnet_fail(err, BONNET_ENOMEM, "out of memory for a branch");
    return BONNET_OK;
}
