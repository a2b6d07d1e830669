/* SPDX-License-Identifier: Apache-2.0 */
/* bench.c - see bench.h; and the program: the backend `usb:` on an FT232H and a Verilated chain in this process, fault by fault. */
#include "bench.h"
#include "../conform/net_build.h"
#include "golden/golden.h"
#include "regdev.h"

/* As small as they come: what the tests wait for is a bit at a time. */
static bonnet_net *small_net(void)
{
    bonnet_build n;
    bonnet_build_start(&n, 7, 1);
    int a = bonnet_build_stem(&n, &(bonnet_stem_spec){.h = 6, .w = 6, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64});
    bonnet_build_last(&n, BONNET_ALL(&n, a), 1);
    bonnet_build_fc(&n, 4);
    return bonnet_build_finish(&n);
}

int bench_start(bench *b, unit *u)
{
    memset(b, 0, sizeof *b);
    b->u = u;
    b->net = small_net();
    b->pixels = b->net ? bonnet_random_image(b->net, 7, 1) : NULL;
    b->want = calloc(BONNET_MAX_CLASSES, sizeof *b->want);
    b->got = calloc(BONNET_MAX_CLASSES, sizeof *b->got);
    return b->pixels && b->want && b->got && bonnet_golden_run(b->net, b->pixels, NULL, b->want, NULL, NULL) == BONNET_OK;
}

void bench_end(bench *b)
{
    char text[BOARD_TEXT];
    bench_close(b);
    fakeusb_plug("none", NULL, text);
    free(b->got);
    free(b->want);
    free(b->pixels);
    bonnet_net_free(b->net);
}

void bench_plug(bench *b, const char *cables, const char *options)
{
    char text[BOARD_TEXT] = "";
    bench_close(b);
    if (fakeusb_plug(cables, *options ? options : "cycles=1", text)) /* a slow bus: fewer cycles to simulate */
        UNIT(b->u, 0, "plug", "%s", text);
}

bonnet_status bench_open(bench *b, const char *uri)
{
    const bonnet_open_config config = {.timeout_ms = 20000, .seed = 1};
    bench_close(b);
    b->err.text[0] = '\0';
    return b->status = bonnet_usb_backend.open(&b->dev, uri, &config, &b->err);
}

bonnet_status bench_load(bench *b)
{
    b->err.text[0] = '\0';
    return b->status = bonnet_usb_backend.load(b->dev, &b->slot, b->net, &b->err);
}

bonnet_status bench_run(bench *b)
{
    bonnet_run run = {.pixels = b->pixels, .frames = 1, .logits = b->got, .timeout_ms = 20000};
    b->err.text[0] = '\0';
    memset(b->got, 0, b->net->classes * sizeof *b->got);
    b->status = bonnet_usb_backend.run(b->dev, b->slot, &run, &b->err);
    if (b->status == BONNET_OK && memcmp(b->got, b->want, b->net->classes * sizeof *b->got)) b->status = BONNET_EMISMATCH;
    return b->status;
}

void bench_close(bench *b)
{
    if (b->slot) bonnet_usb_backend.unload(b->dev, b->slot);
    if (b->dev) bonnet_usb_backend.close(b->dev);
    b->slot = b->dev = NULL;
}

bonnet_usb *bench_usb(const bench *b) { return bonnet_regdev_mmio_self(b->dev); }

int bench_works(bench *b)
{
    const int ok = bench_open(b, USB_URI) == BONNET_OK && bench_load(b) == BONNET_OK && bench_run(b) == BONNET_OK;
    bench_close(b);
    return ok && !fakeusb_open_things();
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "usb", 1, 8);
    bench b;
    if (!bench_start(&b, &u)) return fprintf(stderr, "usb: out of memory\n"), 1;
    opening(&b);
    moving(&b);
    faults(&b);
    bench_end(&b);
    UNIT(&u, fakeusb_open_things() == 0, "nothing is left open", "%d", fakeusb_open_things());
    return unit_end(&u);
}
