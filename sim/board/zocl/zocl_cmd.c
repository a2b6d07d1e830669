/* SPDX-License-Identifier: Apache-2.0 */
/* zocl_cmd.c - what the zocl stand-in does with an xclbin, a context, a command and an interrupt. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xrt/ert.h>
#include <xrt/xclbin.h>
#include "zocl.h"

enum { CTRL = 0x00, START = 1, DONE = 2, FIRST_ARGUMENT = 4, TURN_CYCLES = 2048, TEXT = 4096 };

/* The section of that kind with at least `bytes`, inside the file's own length; NULL: none. */
static const void *section(const struct axlf *x, enum axlf_section_kind kind, uint64_t bytes)
{
    if (sizeof(struct axlf) + x->m_header.m_numSections * sizeof(struct axlf_section_header) >
        x->m_header.m_length + sizeof(struct axlf_section_header))
        return NULL;
    for (unsigned i = 0; i < x->m_header.m_numSections; i++) {
        const struct axlf_section_header *s = &x->m_sections[i];
        if (s->m_sectionKind != (uint32_t)kind) continue;
        const int inside =
            s->m_sectionSize >= bytes && s->m_sectionOffset <= x->m_header.m_length && s->m_sectionSize <= x->m_header.m_length - s->m_sectionOffset;
        return inside ? (const char *)x + s->m_sectionOffset : NULL;
    }
    return NULL;
}

int zocl_axlf_load(zocl_state *z, const zocl_axlf *a)
{
    const struct axlf *x = a->axlf;
    char text[TEXT];
    if (!x || memcmp(x->m_magic, "xclbin2", 8)) return errno = EINVAL, -1;
    const struct ip_layout *ip = section(x, IP_LAYOUT, sizeof *ip);
    if (!ip || ip->m_count != 1 || ip->m_ip_data[0].m_base_address != BOARD_REGS_ADDR) {
        fprintf(stderr, "zocl stand-in: the xclbin wants %d kernels, at 0x%llx; this board has one, at 0x%llx\n", ip ? ip->m_count : 0,
                ip && ip->m_count ? (unsigned long long)ip->m_ip_data[0].m_base_address : 0, (unsigned long long)BOARD_REGS_ADDR);
        return errno = EINVAL, -1;
    }
    snprintf(text, sizeof text, "0,0,%.63s,0x%llx,0x4,0\n", (const char *)ip->m_ip_data[0].m_name, (unsigned long long)BOARD_REGS_ADDR);
    if (zocl_sysfs("kds_custat_raw", text)) return -1;
    size_t n = (size_t)snprintf(text, sizeof text, "0 ");
    for (int i = 0; i < 16; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", x->m_header.uuid[i]);
    snprintf(text + n, sizeof text - n, "\n");
    z->loaded = 1;
    return zocl_sysfs("xclbinid", text);
}

/* The pair of sockets: the user's end takes an int that enables the interrupt and gives an int for each that came. */
static int irq_open(zocl_state *z)
{
    int pair[2];
    if (z->irq_kernel >= 0) return errno = EBUSY, -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) return -1;
    z->irq_user = pair[0], z->irq_kernel = pair[1], z->irq_enabled = 0;
    return pair[0];
}

int zocl_context(zocl_state *z, const zocl_ctx *c)
{
    if (!z->loaded) return errno = EINVAL, -1;
    switch (c->op) {
    case ZOCL_CTX_ALLOC:
        if ((int)c->cu > 0) return errno = EINVAL, -1; /* one compute unit, 0; negative: the virtual one */
        if ((int)c->cu < 0) return 0;
        if (z->exclusive || (z->shared && (c->flags & ZOCL_CTX_EXCLUSIVE))) return errno = EBUSY, -1;
        if (c->flags & ZOCL_CTX_EXCLUSIVE) z->exclusive = 1;
        else z->shared++;
        return 0;
    case ZOCL_CTX_FREE:
        if ((int)c->cu < 0) return 0;
        if (z->exclusive) z->exclusive = 0;
        else if (z->shared) z->shared--;
        else return errno = EINVAL, -1;
        return 0;
    case ZOCL_CTX_IRQ: return irq_open(z);
    default: return errno = EINVAL, -1;
    }
}

int zocl_submit(zocl_state *z, const zocl_execbuf *e)
{
    const zocl_bo *b = zocl_bo_find(z, e->handle);
    if (!b) return -1;
    if (z->queued == ZOCL_QUEUE) return errno = EAGAIN, -1;
    z->queue[z->queued++] = e->handle;
    return 0;
}

/* Arguments and start, as the driver's scheduler writes them; 0: not a command of the one compute unit. */
static int start(zocl_state *z, const zocl_bo *b)
{
    const struct ert_start_kernel_cmd *p = (const void *)b->host;
    const unsigned words = p->count > p->extra_cu_masks ? p->count - 1 - p->extra_cu_masks : 0;
    if (p->opcode != ERT_START_CU || p->cu_mask != 1 || (p->count + 1) * sizeof(uint32_t) > b->bytes || words <= FIRST_ARGUMENT) return 0;
    const uint32_t *value = p->data + p->extra_cu_masks;
    for (unsigned i = FIRST_ARGUMENT; i < words; i++) board_write(z->chip, i * 4, value[i]);
    board_write(z->chip, CTRL, START);
    z->starts++;
    return 1;
}

static void finish(zocl_state *z, zocl_bo *b, enum ert_cmd_state state)
{
    if (b) ((struct ert_packet *)(void *)b->host)->state = state;
    z->queued--;
    memmove(z->queue, z->queue + 1, z->queued * sizeof *z->queue);
    z->running = 0;
    z->finished++;
}

static void commands(zocl_state *z)
{
    if (!z->queued) return;
    zocl_bo *b = zocl_bo_find(z, z->queue[0]);
    if (!b) finish(z, NULL, ERT_CMD_STATE_ERROR); /* freed under us */
    else if (z->running && (board_read(z->chip, CTRL) & DONE)) finish(z, b, ERT_CMD_STATE_COMPLETED);
    else if (!z->running && !(z->running = start(z, b))) finish(z, b, ERT_CMD_STATE_ERROR);
}

/* The line is a level: it is told once, and not again before the program enables it again. */
static void interrupts(zocl_state *z)
{
    int value;
    const int one = 1;
    if (z->irq_kernel < 0) return;
    while (recv(z->irq_kernel, &value, sizeof value, MSG_DONTWAIT) == (ssize_t)sizeof value) z->irq_enabled = value;
    if (!z->irq_enabled || !board_irq(z->chip)) return;
    z->irq_enabled = 0;
    if (send(z->irq_kernel, &one, sizeof one, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof one) z->interrupts++;
}

void zocl_turn(zocl_state *z)
{
    pthread_mutex_lock(&z->lock);
    commands(z);
    board_run(z->chip, TURN_CYCLES);
    interrupts(z);
    pthread_mutex_unlock(&z->lock);
}
