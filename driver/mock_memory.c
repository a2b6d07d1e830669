/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mock_memory.c - the C chip's buffers, of which host and device see different copies, as behind a PCIe card or a bus that does not keep
 * caches coherent; and the chip's own way to them, which counts beats.
 */
#include <stdlib.h>
#include <string.h>
#include "mock.h"

enum { LINE = 64 }; /* of a cache, bytes */

uint8_t *mock_dram(mock *m, uint64_t addr, uint64_t bytes)
{
    for (int i = 0; i < MOCK_BUFFERS; i++) {
        mock_buffer *b = &m->buffers[i];
        if (b->device && addr >= b->addr && bytes <= b->bytes && addr - b->addr <= b->bytes - bytes) return b->device + (addr - b->addr);
    }
    return NULL;
}

uint8_t *mock_axi(mock *m, mock_direction direction, uint64_t addr, uint64_t bytes)
{
    const uint64_t beats = (8 * bytes + m->bus_bits - 1) / m->bus_bits;
    uint64_t *count = direction == MOCK_IN ? &m->read_beats : &m->write_beats;
    uint8_t *p = mock_dram(m, addr, bytes);
    if (mock_strikes_within(m, direction == MOCK_IN ? MOCK_AXI_READ : MOCK_AXI_WRITE, *count, beats)) p = NULL;
    *count += beats;
    return p;
}

bonnet_status mock_alloc(void *self, bonnet_dma *out, size_t bytes, bonnet_error *err)
{
    mock *m = self;
    size_t size = (bytes + 63) & ~(size_t)63;
    mock_buffer *b = NULL;
    for (int i = 0; i < MOCK_BUFFERS && !b; i++) b = m->buffers[i].device ? NULL : &m->buffers[i];
    if (mock_unplugged(m)) return bonnet_fail(err, BONNET_ENODEV, "mock: unplugged");
    if (!bytes || size < bytes || !b || mock_strikes(m, MOCK_ALLOC, m->n_alloc++))
        return bonnet_fail(err, BONNET_ENOMEM, "mock: no device memory for %zu bytes", bytes);
    uint8_t *host = aligned_alloc(64, size), *device = aligned_alloc(64, size);
    if (!host || !device) {
        free(host);
        free(device);
        return bonnet_fail(err, BONNET_ENOMEM, "mock: no memory for %zu bytes", bytes);
    }
    memset(host, 0, size);
    memset(device, 0, size);
    *b = (mock_buffer){.addr = m->next_addr, .bytes = size, .host = host, .device = device};
    m->next_addr += size + 4096; /* a gap: running past the end is a bus error */
    *out = (bonnet_dma){.host = host, .addr = b->addr, .bytes = bytes, .priv = b};
    return BONNET_OK;
}

void mock_free(void *self, bonnet_dma *buffer)
{
    (void)self;
    mock_buffer *b = buffer->priv;
    if (!b) return;
    free(b->host);
    free(b->device);
    memset(b, 0, sizeof *b);
    memset(buffer, 0, sizeof *buffer);
}

static bonnet_status transfer(mock *m, const bonnet_dma *buffer, size_t offset, size_t bytes, int to_device, bonnet_error *err)
{
    mock_buffer *b = buffer->priv;
    if (!b || !bonnet_dma_holds(buffer, offset, bytes)) return bonnet_fail(err, BONNET_EINVAL, "mock: transfer outside its buffer");
    if (mock_unplugged(m)) return bonnet_fail(err, BONNET_ENODEV, "mock: unplugged");
    const uint32_t n = m->n_xfer++, nth = to_device ? m->n_to_device++ : m->n_to_host++;
    const int part = mock_strikes(m, MOCK_XFER_PART, n);
    uint8_t *to = (to_device ? b->device : b->host) + offset;
    const uint8_t *from = (to_device ? b->host : b->device) + offset;
    if (part) memcpy(to, from, bytes / 2);
    if (part || mock_strikes(m, MOCK_XFER, n))
        return bonnet_fail(err, BONNET_EIO, "mock: transfer of %zu bytes %s failed", bytes, to_device ? "to the device" : "to the host");
    if (mock_strikes(m, to_device ? MOCK_STALE_IN : MOCK_STALE_OUT, nth)) return BONNET_OK;
    const int hole = mock_strikes(m, to_device ? MOCK_STALE_IN_LINE : MOCK_STALE_OUT_LINE, nth);
    const size_t first = offset / LINE, lines = bytes ? (offset + bytes - 1) / LINE - first + 1 : 0;
    const size_t stale = hole && lines ? first + mock_draw(m, (uint32_t)lines) : SIZE_MAX;
    for (size_t line = first, at = 0; at < bytes; line++) {
        size_t end = (line + 1) * LINE - offset;
        if (end > bytes) end = bytes;
        if (line != stale) memcpy(to + at, from + at, end - at);
        at = end;
    }
    return BONNET_OK;
}

bonnet_status mock_to_device(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    return transfer(self, buffer, offset, bytes, 1, err);
}

bonnet_status mock_to_host(void *self, const bonnet_dma *buffer, size_t offset, size_t bytes, bonnet_error *err)
{
    return transfer(self, buffer, offset, bytes, 0, err);
}
