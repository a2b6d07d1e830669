/* SPDX-License-Identifier: Apache-2.0 */
/* moving_test.c - bytes there and back at every alignment, what they cost in TCKs and round trips, and buses of every speed. */
#include "bench.h"
#include "regs.h"

enum { PIECE = 4096, BIG = 1 << 16 };

static const bonnet_mmio *io(void) { return bonnet_usb_backend.mmio; }

/* The board's bytes of a buffer, as they are there. */
static uint8_t *there(const bonnet_dma *dma) { return board_dram(chain_board(fakeusb_chain()), dma->addr, dma->bytes); }

/* Random pieces of a buffer in both directions; everything else stays as it was on both sides. */
static void pieces(bench *b, uint32_t cases)
{
    uint8_t host[PIECE], far[PIECE];
    bonnet_dma dma = {0};
    int bad = io()->alloc(bench_usb(b), &dma, PIECE, &b->err) != BONNET_OK;
    if (!bad) {
        memcpy(host, dma.host, PIECE);
        memcpy(far, there(&dma), PIECE);
    }
    for (uint32_t i = 0; i < cases && !bad; i++) {
        const size_t offset = unit_below(b->u, PIECE), most = unit_below(b->u, 4) ? 9 : PIECE - offset;
        size_t bytes = unit_below(b->u, (uint32_t)most + 1);
        if (bytes > PIECE - offset) bytes = PIECE - offset;
        const int down = (int)unit_below(b->u, 2);
        for (size_t k = 0; k < 32; k++) host[unit_below(b->u, PIECE)] = (uint8_t)unit_random(b->u); /* both change behind each other's back */
        for (size_t k = 0; k < 32; k++) far[unit_below(b->u, PIECE)] = (uint8_t)unit_random(b->u);
        memcpy(dma.host, host, PIECE);
        memcpy(there(&dma), far, PIECE);
        b->status = (down ? io()->to_device : io()->to_host)(bench_usb(b), &dma, offset, bytes, &b->err);
        if (down) memcpy(far + offset, host + offset, bytes);
        else memcpy(host + offset, far + offset, bytes);
        bad = b->status != BONNET_OK || memcmp(host, dma.host, PIECE) || memcmp(far, there(&dma), PIECE);
        if (bad) printf("      piece %u: %s [%zu, +%zu)\n", i, down ? "to_device" : "to_host", offset, bytes);
    }
    UNIT(b->u, !bad, "pieces at every alignment", "status %d: %s", b->status, b->err.text);
    b->status = io()->to_device(bench_usb(b), &dma, PIECE - 4, 8, &b->err);
    FAILS(b, BONNET_EINVAL, "outside its buffer", "a piece beyond the end");
    io()->free(bench_usb(b), &dma);
    b->status = io()->alloc(bench_usb(b), &dma, (size_t)1 << 27, &b->err);
    FAILS(b, BONNET_ENOMEM, "67108864 are free in one piece; give it more with mem=", "more than the piece of memory");
}

/* The line of numbers: what a bit of payload costs. */
static void costs(bench *b)
{
    bonnet_usb *d = bench_usb(b);
    const bonnet_ftdi *f = &d->port.ftdi;
    bonnet_dma dma = {0};
    uint32_t value;
    int ok = io()->alloc(d, &dma, BIG, &b->err) == BONNET_OK;
    uint64_t tcks = f->tcks, trips = f->trips;
    ok = ok && io()->to_device(d, &dma, 0, BIG, &b->err) == BONNET_OK;
    const double down = (double)(f->tcks - tcks) / (8.0 * BIG);
    const uint64_t down_trips = f->trips - trips;
    tcks = f->tcks, trips = f->trips;
    ok = ok && io()->to_host(d, &dma, 0, BIG, &b->err) == BONNET_OK;
    const double up = (double)(f->tcks - tcks) / (8.0 * BIG);
    const uint64_t up_trips = f->trips - trips;
    trips = f->trips, tcks = f->tcks;
    ok = ok && io()->read(d, BONNET_REG_ID, &value, &b->err) == BONNET_OK && value == BONNET_CHIP_ID;
    const uint64_t reg_trips = f->trips - trips, reg_tcks = f->tcks - tcks;
    trips = f->trips;
    for (uint32_t i = 0; ok && i < 64; i++) ok = io()->read(d, BONNET_REG_COUNTERS + 4 * i, &value, &b->err) == BONNET_OK;
    const uint64_t counter_trips = f->trips - trips;
    io()->free(d, &dma);
    trips = f->trips, tcks = f->tcks;
    ok = ok && bench_load(b) == BONNET_OK;
    const uint64_t load_trips = f->trips - trips;
    trips = f->trips;
    ok = ok && bench_run(b) == BONNET_OK;
    const uint64_t run_trips = f->trips - trips;
    printf("usb: TCKs a bit: written %.4f, read %.4f; round trips: 64 KiB written %llu, read %llu; a register %llu (%llu TCKs), 64 counters %llu, "
           "a load %llu, a run of one frame %llu\n",
           down, up, (unsigned long long)down_trips, (unsigned long long)up_trips, (unsigned long long)reg_trips, (unsigned long long)reg_tcks,
           (unsigned long long)counter_trips, (unsigned long long)load_trips, (unsigned long long)run_trips);
    UNIT(b->u, ok, "costs are of calls that did well", "status %d: %s", b->status, b->err.text);
    UNIT(b->u, down < 1.01 && up < 1.12, "a bit costs about a TCK", "written %.4f, read %.4f", down, up);
    UNIT(b->u, down_trips <= 2 && up_trips == 4 && reg_trips == 1 && counter_trips == 1, "round trips",
         "see the line above: 64 KiB written in at most 2, read in 4, a register and 64 counters in one");
}

/* Buses from fast to slow. The host guesses how late the first word is: a guess that is too short costs a scan (MORE), never a word. */
static void buses(bench *b)
{
    static const struct {
        const char *options;
        int late; /* later than the guess */
    } list[] = {{"cycles=16,latency=1", 0}, {"cycles=2,stall=60,seed=3", 0}, {"cycles=2,stall=80,latency=300", 1}};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        bench_plug(b, "", list[i].options);
        bench_open(b, USB_URI);
        if (b->dev) bench_usb(b)->port.slack = 1;
        if (b->dev && bench_load(b) == BONNET_OK) bench_run(b);
        UNIT(b->u, b->dev && b->status == BONNET_OK, list[i].options, "status %d: %s", b->status, b->err.text);
        if (b->dev) printf("      guess of the latency: %u TCKs\n", bench_usb(b)->port.slack);
        if (list[i].late) UNIT(b->u, b->dev && bench_usb(b)->port.slack > 1, "  the guess was too short, and grew", "it was not: nothing was tested");
    }
}

/* A bus that needs longer for a burst than the cable for its words: each scan of a long READ is cut off with words still to come. */
static void piecemeal(bench *b)
{
    bonnet_dma dma = {0};
    uint8_t want[PIECE];
    bench_plug(b, "", "cycles=1,late=900");
    bench_open(b, "timeout-ms=1000");
    UNIT(b->u, b->dev, "open behind a slow bus", "status %d: %s", b->status, b->err.text);
    if (!b->dev) return;
    bonnet_usb *d = bench_usb(b);
    b->status = io()->alloc(d, &dma, PIECE, &b->err);
    for (size_t i = 0; i < PIECE; i++) want[i] = (uint8_t)unit_random(b->u);
    if (b->status == BONNET_OK) memcpy(there(&dma), want, PIECE);
    d->port.slack = 1;
    const uint64_t trips = d->port.ftdi.trips;
    if (b->status == BONNET_OK) b->status = io()->to_host(d, &dma, 0, PIECE, &b->err);
    UNIT(b->u, b->status == BONNET_OK && !memcmp(dma.host, want, PIECE), "a READ in several scans", "status %d: %s", b->status, b->err.text);
    UNIT(b->u, d->port.ftdi.trips - trips > 2, "  there were several", "%llu", (unsigned long long)(d->port.ftdi.trips - trips));
    b->status = io()->to_device(d, &dma, 0, PIECE, &b->err);
    FAILS(b, BONNET_EIO, "slower than the cable and words were lost; lower clock-khz=", "a WRITE that the bus cannot follow");
    memset(dma.host, 0, PIECE);
    memcpy(there(&dma), want, PIECE);
    b->status = io()->to_host(d, &dma, 0, PIECE, &b->err);
    UNIT(b->u, b->status == BONNET_OK && !memcmp(dma.host, want, PIECE), "  and the next READ is good", "status %d: %s", b->status, b->err.text);
    io()->free(d, &dma);
}

/* What the bus refuses is told once: the port forgets it, and the next call, on the same cable without a new start, is a call like any other. */
static void refused(bench *b)
{
    uint8_t word[4];
    uint32_t id = 0;
    bench_plug(b, "", "");
    bench_open(b, USB_URI);
    UNIT(b->u, b->dev, "open to be refused", "status %d: %s", b->status, b->err.text);
    if (!b->dev) return;
    bonnet_usb *d = bench_usb(b);
    b->status = bonnet_port_read(&d->port, UINT64_C(0xb0000000), word, 1, &b->err);
    FAILS(b, BONNET_EBUS, "bus error", "an address where nothing is");
    const int again = d->port.ftdi.lost;
    b->status = io()->read(d, BONNET_REG_ID, &id, &b->err);
    UNIT(b->u, !again && b->status == BONNET_OK && id == BONNET_CHIP_ID, "  and the next read is good", "status %d: %s", b->status, b->err.text);
}

void moving(bench *b)
{
    bench_plug(b, "", "");
    bench_open(b, USB_URI);
    UNIT(b->u, b->dev, "open to move bytes", "status %d: %s", b->status, b->err.text);
    if (!b->dev) return;
    pieces(b, 80);
    costs(b);
    UNIT(b->u, !*chain_failed(fakeusb_chain()), "the chain's rules were kept", "%s", chain_failed(fakeusb_chain()));
    buses(b);
    piecemeal(b);
    refused(b);
}
