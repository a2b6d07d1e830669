/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults_test.c - each transfer of open, load and run can go wrong in each way. Then: a right answer, or one line of text; and after it the
 * same device works, or, unplugged, says so at once to every call and closes. Never a wrong answer, never something left open.
 */
#include "bench.h"
#include "regs.h"

static const char *const kinds[] = {"unplug", "timeout", "stall", "cut", "short", "lose", "extra"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Every call on a device that is gone is BONNET_ENODEV, and nothing is transferred any more. */
static int gone_for_good(bench *b)
{
    const bonnet_mmio *io = bonnet_usb_backend.mmio;
    bonnet_usb *d = bench_usb(b);
    const uint64_t before = fakeusb_transfers();
    bonnet_dma dma = {0};
    uint32_t value;
    int ok = io->read(d, BONNET_REG_ID, &value, &b->err) == BONNET_ENODEV && strstr(b->err.text, "unplugged or switched off");
    ok = ok && io->write(d, BONNET_REG_IER, 1, &b->err) == BONNET_ENODEV && io->wait(d, 1000, NULL, &b->err) == BONNET_ENODEV;
    ok = ok && io->alloc(d, &dma, 64, &b->err) == BONNET_OK && io->to_device(d, &dma, 0, 64, &b->err) == BONNET_ENODEV &&
         io->to_host(d, &dma, 0, 64, &b->err) == BONNET_ENODEV;
    io->free(d, &dma);
    return ok && fakeusb_transfers() == before && (!b->slot || bench_run(b) == BONNET_ENODEV);
}

/* Transfers of an open, of a load, of a run that go well. */
static void count(bench *b, uint64_t n[3])
{
    bench_plug(b, "", "");
    bench_open(b, USB_URI);
    n[0] = fakeusb_transfers();
    if (b->dev) bench_load(b);
    n[1] = fakeusb_transfers() - n[0];
    if (b->slot) bench_run(b);
    n[2] = fakeusb_transfers() - n[0] - n[1];
    UNIT(b->u, b->slot && b->status == BONNET_OK, "a run without a fault", "status %d: %s", b->status, b->err.text);
    printf("      transfers: open %llu, load %llu, run %llu\n", (unsigned long long)n[0], (unsigned long long)n[1], (unsigned long long)n[2]);
    bench_close(b);
}

/* One fault in one phase: 0 open, 1 load, 2 run. What came of it is in *outcome. */
static int one(bench *b, int phase, const char *kind, uint64_t at, const char **outcome)
{
    char fault[40];
    snprintf(fault, sizeof fault, "%s@%llu", kind, (unsigned long long)at);
    bench_plug(b, phase == 0 ? fault : "", "");
    bench_open(b, USB_URI);
    if (phase > 0 && b->dev) {
        if (phase == 2) bench_load(b);
        fakeusb_fault(fault);
        if (phase == 1) bench_load(b);
        else if (b->slot) bench_run(b);
    }
    *outcome = b->status == BONNET_OK ? "right" : b->err.text;
    if (b->status == BONNET_EMISMATCH || (b->status != BONNET_OK && !b->err.text[0])) return 0;
    if (!strcmp(kind, "unplug")) {
        *outcome = "gone";
        if (b->status != BONNET_ENODEV) return 0;
        const int ok = !b->dev || gone_for_good(b);
        bench_close(b);
        return ok && !fakeusb_open_things();
    }
    if (phase == 0) return b->dev ? b->status == BONNET_OK : !fakeusb_open_things() && bench_works(b);
    if (phase == 1 && !b->slot) bench_load(b);
    return b->slot && bench_run(b) == BONNET_OK; /* the same device, at the next call */
}

void faults(bench *b)
{
    uint64_t n[3];
    uint32_t right = 0, failed = 0;
    const char *outcome = "";
    count(b, n);
    UNIT(b->u, n[0] && n[1] && n[2], "open, load and run each transfer something", "one of them does not: it cannot know that anything arrived");
    if (!n[0] || !n[1] || !n[2]) return;
    for (uint32_t i = 0; i < b->u->cases * KINDS; i++) {
        char label[80];
        const char *kind = kinds[i % KINDS];
        const int phase = (int)unit_below(b->u, 3);
        const uint64_t at = unit_random(b->u) % n[phase];
        if (one(b, phase, kind, at, &outcome)) {
            if (!strcmp(outcome, "right")) right++;
            else failed++;
            continue;
        }
        snprintf(label, sizeof label, "%s at transfer %llu of %s", kind, (unsigned long long)at, phase == 0 ? "open" : phase == 1 ? "load" : "run");
        UNIT(b->u, 0, label, "%s; now status %d: %s; %d things open", outcome, b->status, b->err.text, fakeusb_open_things());
    }
    UNIT(b->u, right > 0 && failed > right / 4, "faults", "%u right all the same, %u said so: the faults do not strike", right, failed);
    printf("      %u right all the same, %u one line of text, all usable afterwards or gone\n", right, failed);
    bench_close(b);
}
