/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exits_test.c - networks with early exits through the library, on every device: is each branch what golden makes of it, and is the stage runner what a reader
 * of docs/exits.md would do image by image?
 *
 *   build/tests/exits [--device URI]... [--seed N] [--cases N]
 *
 * Case by case, in turn of BoolNet's family and of general layers: a random network with random branches behind random cuts is written to the bytes of a file and
 * loaded from them on each device. What is wanted comes from golden, run on the network and the branches as they were made. Exit 0: all is equal.
 */
#include "exits_test.h"

/* cpu: is quick; the others get the first cases only, and fewer settings of each. */
static const char *const all_devices[] = {"golden:", "cpu:", "mock:", "mock:geometry=tiny", "sim:geometry=tiny,stall=20", "sim:", "hls:"};

/* Device by device; one that the build has not is none. */
static int devices_open(device *d, const char *const *uris, uint32_t n)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < n; i++) {
        bonnet_status status = bonnet_open(&d[open].dev, uris[i], NULL);
        if (status == BONNET_ENODEV) {
            printf("exits: no %s here: %s\n", uris[i], bonnet_last_error(NULL));
            continue;
        }
        if (status != BONNET_OK) return printf("exits: %s: %s\n", uris[i], bonnet_last_error(NULL)), -1;
        d[open].quick = !strncmp(uris[i], "cpu", 3);
        d[open++].uri = uris[i];
    }
    return (int)open;
}

/* The case's network, as bytes of a file and as it was made. */
static int subject_make(subject *s, uint64_t seed, int general)
{
    bonnet_error err = {""};
    memset(s, 0, sizeof *s);
    s->seed = seed;
    s->net = general ? bonnet_random_general(seed) : bonnet_random_net(seed, &bonnet_room_tiny, 0);
    if (!s->net) return printf("exits: no network\n"), 0;
    bonnet_add_random_exits(s->net, seed, &bonnet_room_tiny, MOST_EXITS);
    s->pixels = bonnet_random_image(s->net, seed, FRAMES);
    if (!s->pixels || bonnet_file_build(&s->bytes, &s->size, s->net, NULL, 0, &err) != BONNET_OK) return printf("exits: %s\n", err.text), 0;
    return answers_make(s);
}

static void subject_free(subject *s)
{
    for (uint32_t i = 0; i <= MOST_EXITS; i++) free(s->want[i]), free(s->maps[i]);
    bonnet_net_free(s->net);
    free(s->pixels), free(s->bytes);
}

/* On quick devices, of networks with two classes at least: among one there is nothing to be sure of. */
static int mixed_check(device *d, int devices, uint64_t seed, uint32_t *pairs)
{
    subject a = {0}, b = {0}, *const both[2] = {&a, &b};
    int ok = subject_make(&a, seed, 0) && subject_make(&b, seed + 1, 1);
    for (int k = 0; k < devices && ok && a.net->classes > 1 && b.net->classes > 1; k++)
        if (d[k].quick) ok = streams_mixed(&d[k], both), *pairs += (uint32_t)ok;
    if (ok && a.net->classes > 1) ok = streams_interrupted(&a);
    if (!ok) printf("exits: networks of seeds %llu and %llu\n", (unsigned long long)seed, (unsigned long long)seed + 1);
    subject_free(&a), subject_free(&b);
    return ok;
}

int main(int argc, char **argv)
{
    enum { CASES = 24, CHIP_CASES = 4, MOST = 16 };
    const char *uris[MOST];
    uint32_t cases = CASES, n_uris = 0;
    uint64_t seed = 1;
    device d[MOST] = {{0}};
    int bad = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--cases")) cases = (uint32_t)strtoul(argv[i + 1], NULL, 0);
        else if (!strcmp(argv[i], "--device") && n_uris < MOST) uris[n_uris++] = argv[i + 1];
        else return printf("usage: exits [--device URI]... [--seed N] [--cases N]\n"), 2;
    }
    const int open = n_uris ? devices_open(d, uris, n_uris) : devices_open(d, all_devices, sizeof all_devices / sizeof *all_devices);
    bad = open < 1;
    for (uint32_t i = 0; i < cases && !bad; i++) {
        subject s;
        bad = !subject_make(&s, seed + i, (int)((seed + i) % 2));
        for (int k = 0; k < open && !bad; k++) {
            if (!d[k].quick && i >= CHIP_CASES) continue;
            bad = !device_check(&d[k], &s);
            if (bad)
                printf("exits: device %s, net %s, %u exits\nreplay: build/tests/exits --device %s --seed %llu --cases 1\n", d[k].uri, s.net->name,
                       s.net->n_exits, d[k].uri, (unsigned long long)(seed + i));
        }
        subject_free(&s);
    }
    uint32_t pairs = 0;
    for (uint32_t i = 0; i < cases / 4 && !bad; i++) bad = !mixed_check(d, open, seed + i, &pairs);
    printf("exits: %u pairs of networks at once\n", pairs);
    for (int k = 0; k < open; k++) {
        if (!bad && (!d[k].branches || !d[k].streams) && cases > 4) bad = 1, printf("exits: %s ran no branch or no streams\n", d[k].uri);
        printf("exits: %-27s %u branches, %u runs in stages and %u as streams as wanted, of %u images each; %u parts had no room; %llu images left "
               "early; seed %llu\n",
               d[k].uri, d[k].branches, d[k].runs, d[k].streams, (unsigned)FRAMES, d[k].refused, (unsigned long long)d[k].left_early,
               (unsigned long long)seed);
        bonnet_close(d[k].dev);
    }
    return bad;
}
