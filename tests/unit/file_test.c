/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_test.c - host/lib/file*.c: what goes in comes out, and nothing else is ever taken for a network.
 *
 * Damage comes in two kinds: with the hash as it was (the hash must notice) and with length and hash made right again (every field
 * must hold by itself). Run under ASan and UBSan by `make test-unit`.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../conform/net_build.h"
#include "file.h"
#include "rehash.h"
#include "unit.h"

static bonnet_net *small_signed_net(uint64_t seed, uint32_t k, uint32_t pixels_signed)
{
    bonnet_build b;
    bonnet_build_start(&b, seed, k);
    const bonnet_stem_spec stem = {
        .h = 4, .w = 4, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64, .dw = 1, .dw_const = 1, .pixels_signed = pixels_signed};
    int s = bonnet_build_stem(&b, &stem);
    int c = bonnet_build_conv(&b, BONNET_ALL(&b, s), 64, 1, 1, BONNET_POST_XNOR, BONNET_ALL(&b, s), BONNET_NONE);
    bonnet_build_last(&b, BONNET_ALL(&b, c), 1);
    bonnet_build_fc(&b, 3);
    bonnet_net *net = bonnet_build_finish(&b);
    if (net && k == 4) (void)!(bonnet_net_set_label(net, 0, "cat") && bonnet_net_set_label(net, 2, "d\303\266g"));
    return net;
}

static bonnet_net *small_net(uint64_t seed, uint32_t k) { return small_signed_net(seed, k, 0); }

/* With a table of what the bytes of a picture mean. */
static bonnet_net *lut_net(uint64_t seed)
{
    bonnet_net *net = small_signed_net(seed, 1, 1);
    int8_t *lut = net ? bonnet_net_reserve(net, 256) : NULL;
    if (!lut) exit(1);
    for (int i = 0; i < 256; i++) lut[i] = (int8_t)(i * 7 + 1);
    net->pixel_lut = lut;
    return net;
}

static int same(const bonnet_net *a, const bonnet_net *b)
{
    uint8_t *x = NULL, *y = NULL;
    size_t n = 0, m = 0;
    int equal = bonnet_file_build(&x, &n, a, NULL, 0, NULL) == BONNET_OK && bonnet_file_build(&y, &m, b, NULL, 0, NULL) == BONNET_OK && n == m &&
                memcmp(x, y, n) == 0;
    for (uint32_t i = 0; equal && i < a->n_layers; i++) { /* and field by field, in case the writer drops something */
        const bonnet_layer *p = &a->layers[i], *q = &b->layers[i];
        equal = strcmp(p->name, q->name) == 0 && memcmp(&p->kind, &q->kind, offsetof(bonnet_layer, bits) - offsetof(bonnet_layer, kind)) == 0;
        for (int w = 0; equal && w < BONNET_PARAMS; w++) {
            size_t bytes = bonnet_net_param_count(a, i, (bonnet_param)w) * bonnet_net_param_size((bonnet_param)w);
            equal = !bytes || memcmp(bonnet_net_param(a, i, (bonnet_param)w), bonnet_net_param(b, i, (bonnet_param)w), bytes) == 0;
        }
    }
    if (!a->pixel_lut != !b->pixel_lut) equal = 0;
    if (equal && a->pixel_lut) equal = memcmp(a->pixel_lut, b->pixel_lut, 256) == 0; /* of one plane */
    free(x), free(y);
    return equal;
}

static void round_trips(unit *u)
{
    unsigned differ = 0, labels = 0;
    for (uint32_t i = 0; i < 40; i++) {
        bonnet_net *net = i < 2 ? small_net(u->seed, i ? 4 : 1) : bonnet_random_net(u->seed + i, &bonnet_room_tiny, 0);
        const uint8_t job[3] = {1, 2, 3};
        const bonnet_file_job jobs[2] = {{"asic", job, 3}, {"tiny", job, 1}};
        uint8_t *bytes = NULL;
        size_t size = 0;
        bonnet_file f = {0};
        bonnet_error err = {""};
        if (!net || bonnet_file_build(&bytes, &size, net, jobs, i % 3, &err) || bonnet_file_parse(&f, bytes, size, &err) || !same(net, f.net) ||
            f.n_jobs != i % 3 || (f.n_jobs == 2 && (strcmp(f.jobs[1].geometry, "tiny") || f.jobs[0].size != 3 || memcmp(f.jobs[0].bytes, job, 3))) ||
            memcmp(f.sha256, bytes + 32, 32))
            differ++, printf("      network %u: %s\n", i, err.text);
        if (i == 1)
            labels = f.net && f.net->labels && !strcmp(f.net->labels[0], "cat") && !strcmp(f.net->labels[1], "") &&
                     !strcmp(f.net->labels[2], "d\303\266g");
        bonnet_file_free(&f);
        bonnet_net_free(net);
        free(bytes);
    }
    UNIT(u, differ == 0, "40 networks and their jobs come back as they were", "%u differ", differ);
    UNIT(u, labels, "labels come back", "they do not");
}

/* Parses a copy that is exactly `size` bytes long, so that a read past the end is seen. */
static bonnet_status parse(const uint8_t *bytes, size_t size, bonnet_error *err)
{
    uint8_t *copy = malloc(size ? size : 1);
    bonnet_file f = {0};
    if (!copy) return BONNET_ENOMEM;
    memcpy(copy, bytes, size);
    bonnet_status status = bonnet_file_parse(&f, copy, size, err);
    char why[200];
    if (status == BONNET_OK && bonnet_net_check(f.net, why, sizeof why)) status = BONNET_EMISMATCH; /* must never be */
    bonnet_file_free(&f);
    free(copy);
    return status;
}

static int one_line(const bonnet_error *err) { return err->text[0] && !strchr(err->text, '\n'); }

static void truncations(unit *u, const uint8_t *bytes, size_t size)
{
    unsigned taken = 0, silent = 0;
    uint8_t *copy = malloc(size);
    if (!copy) exit(1);
    for (size_t n = 0; n < size; n++) {
        bonnet_error err = {""};
        bonnet_status status = parse(bytes, n, &err);
        taken += status != BONNET_EFORMAT;
        silent += !one_line(&err);
        if (n < 64) continue;
        memcpy(copy, bytes, n); /* and as if it had been written that way */
        rehash(copy, n);
        taken += parse(copy, n, &err) != BONNET_EFORMAT;
    }
    free(copy);
    UNIT(u, taken == 0 && silent == 0, "every truncation is refused in one line, hash right or not", "%u taken, %u without a line, of %zu", taken,
         silent, size);
}

static void corruptions(unit *u, const uint8_t *bytes, size_t size)
{
    unsigned taken = 0, wrong = 0, accepted = 0;
    uint8_t *copy = malloc(size);
    if (!copy) exit(1);
    for (uint32_t i = 0; i < u->cases; i++) {
        bonnet_error err = {""};
        const size_t at = unit_below(u, 3) ? unit_below(u, (uint32_t)size) : unit_below(u, 1200);
        memcpy(copy, bytes, size);
        copy[at] ^= (uint8_t)(1 + unit_below(u, 255));
        bonnet_status status = parse(copy, size, &err);
        taken += (status != BONNET_EFORMAT && status != BONNET_EABI) || !one_line(&err);
        rehash(copy, size); /* bytes 16..63 come right again, the rest stays damaged */
        status = parse(copy, size, &err);
        accepted += status == BONNET_OK;
        wrong += status != BONNET_OK && status != BONNET_EFORMAT && status != BONNET_EABI;
    }
    free(copy);
    printf("      of %u damaged files with a right hash, %u were other sound networks\n", u->cases, accepted);
    UNIT(u, taken == 0, "random byte damage is refused in one line", "%u of %u taken", taken, u->cases);
    UNIT(u, wrong == 0, "with the hash made right, a sound network or a clean refusal", "%u of %u", wrong, u->cases);
}

static bonnet_status with_field(const uint8_t *bytes, size_t size, size_t at, uint64_t value, size_t width, bonnet_error *err)
{
    uint8_t *copy = malloc(size);
    if (!copy) exit(1);
    memcpy(copy, bytes, size);
    for (size_t i = 0; i < width; i++) copy[at + i] = (uint8_t)(value >> 8 * i);
    rehash(copy, size);
    bonnet_status status = parse(copy, size, err);
    free(copy);
    return status;
}

static void directed(unit *u, const uint8_t *bytes, size_t size)
{
    static const struct {
        const char *what;
        size_t at;
        uint64_t value;
        size_t width;
        bonnet_status want;
    } table[] = {
        {"a newer major version", 8, 2, 2, BONNET_EABI},
        {"a newer minor version is read", 10, 7, 2, BONNET_OK},
        {"no sections", 12, 0, 4, BONNET_EFORMAT},
        {"more sections than fit", 12, 0xffffffff, 4, BONNET_EFORMAT},
        {"a reserved header field", 24, 1, 8, BONNET_EFORMAT},
        {"first section of another type", 64, 0x20424f4a, 4, BONNET_EFORMAT},
        {"unknown flags", 68, 2, 4, BONNET_EFORMAT},
        {"a section before its place", 72, 64, 8, BONNET_EFORMAT},
        {"a section at 2^64 - 1", 72, UINT64_MAX, 8, BONNET_EFORMAT},
        {"a section of 2^63 bytes", 80, UINT64_C(1) << 63, 8, BONNET_EFORMAT},
        {"an unnamed job", 152, 0, 4, BONNET_EFORMAT},
        {"a second network", 128, 0x2054454e, 4, BONNET_EFORMAT},
        {"an unknown optional section is skipped", 128, 0x12345678, 4, BONNET_OK},
        {"3 slices", 192 + 64, 3, 4, BONNET_EFORMAT},
        {"0 classes", 192 + 68, 0, 4, BONNET_EFORMAT},
        {"2^32 - 1 layers", 192 + 72, 0xffffffff, 4, BONNET_EFORMAT},
        {"labels neither there nor not", 192 + 76, 2, 4, BONNET_EFORMAT},
        {"a logit scale that is not a number", 192 + 80, 0x7ff8000000000000u, 8, BONNET_EFORMAT},
        {"a layer of unknown kind", 192 + 128 + 64, 9, 4, BONNET_EFORMAT},
        {"a layer that reads itself", 192 + 128 + 192 + 124, 1, 4, BONNET_EFORMAT},
        {"a layer of 2^31 channels", 192 + 128 + 192 + 68, 0x80000000, 4, BONNET_EFORMAT},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bonnet_error err = {""};
        bonnet_status status = with_field(bytes, size, table[i].at, table[i].value, table[i].width, &err);
        UNIT(u, status == table[i].want, table[i].what, "status %d (%s), not %d", status, err.text, table[i].want);
    }
    bonnet_error err = {""};
    uint8_t *mandatory = malloc(size);
    if (!mandatory) exit(1);
    memcpy(mandatory, bytes, size);
    memset(mandatory + 132, 0, 4); /* the flag that lets a reader skip it */
    UNIT(u, with_field(mandatory, size, 128, 0x12345678, 4, &err) == BONNET_EABI, "an unknown mandatory section is refused", "%s", err.text);
    free(mandatory);
}

/* NET says 64 bytes more than the network needs; they are there, and zero. */
static void longer(unit *u, const bonnet_net *net)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    bonnet_error err = {""};
    if (bonnet_file_build(&bytes, &size, net, NULL, 0, &err) != BONNET_OK) exit(1);
    uint8_t *copy = calloc(1, size + 64);
    if (!copy) exit(1);
    memcpy(copy, bytes, size);
    const uint64_t length = size - 128 + 64;
    for (int i = 0; i < 8; i++) copy[80 + i] = (uint8_t)(length >> 8 * i);
    rehash(copy, size + 64);
    UNIT(u, parse(copy, size + 64, &err) == BONNET_EFORMAT, "a network followed by something else", "taken");
    free(copy);
    free(bytes);
}

/* The table of pixels: section 1, entry at 128, its bytes at the end of the file. */
static void pixels(unit *u)
{
    bonnet_net *net = lut_net(u->seed), *copy = bonnet_net_clone(net), *plain = small_net(u->seed, 1);
    const uint8_t job[1] = {1};
    const bonnet_file_job jobs[1] = {{"asic", job, 1}};
    uint8_t *bytes = NULL, *older = NULL;
    size_t size = 0, older_size = 0;
    bonnet_file f = {0};
    bonnet_error err = {""};
    if (!copy || !plain || bonnet_file_build(&bytes, &size, net, jobs, 1, &err) || bonnet_file_build(&older, &older_size, plain, jobs, 1, &err))
        exit(1);
    UNIT(u, bonnet_file_parse(&f, bytes, size, &err) == BONNET_OK && same(net, f.net) && same(copy, f.net) && f.n_jobs == 1,
         "a table of pixels comes back", "%s", err.text);
    UNIT(u, bytes[10] == 1 && older[10] == 0, "minor version 1 only with a table of pixels", "%u, %u", bytes[10], older[10]);
    UNIT(u, with_field(bytes, size, 132, 1, 4, &err) == BONNET_EFORMAT, "a table of pixels that may be skipped", "%s", err.text);
    UNIT(u, with_field(bytes, size, 144, 255, 8, &err) == BONNET_EFORMAT, "a table of 255 pixels", "%s", err.text);
    UNIT(u, with_field(bytes, size, 256 + 128 + 160, 0, 4, &err) == BONNET_EFORMAT && strstr(err.text, "table of pixels"),
         "a table of pixels beside unsigned pixels", "%s", err.text);
    UNIT(u, with_field(bytes, size, 192, 0x20584950, 4, &err) == BONNET_EFORMAT && strstr(err.text, "two tables"), "two tables of pixels", "%s",
         err.text);
    plain->pixel_lut = net->pixel_lut;
    char why[200];
    UNIT(u, bonnet_net_check(plain, why, sizeof why) != NULL, "a net of unsigned pixels has no table", "taken");
    corruptions(u, bytes, size);
    bonnet_file_free(&f);
    bonnet_net_free(net), bonnet_net_free(copy), bonnet_net_free(plain);
    free(bytes), free(older);
}

static void disk(unit *u, const uint8_t *bytes, size_t size)
{
    char folder[] = "/tmp/bonnet_file_test.XXXXXX", path[64], missing[64];
    bonnet_error err = {""};
    uint8_t *back = NULL;
    size_t n = 0;
    if (!mkdtemp(folder)) exit(1);
    snprintf(path, sizeof path, "%s/net.bonnet", folder);
    snprintf(missing, sizeof missing, "%s/none/net.bonnet", folder);
    UNIT(u, bonnet_file_save(path, "old", 3, &err) == BONNET_OK && bonnet_file_save(path, bytes, size, &err) == BONNET_OK,
         "written over an older file", "%s", err.text);
    UNIT(u, bonnet_file_load(&back, &n, path, size, &err) == BONNET_OK && n == size && memcmp(back, bytes, n) == 0, "read back", "%s", err.text);
    free(back);
    UNIT(u, bonnet_file_load(&back, &n, path, size - 1, &err) == BONNET_EFORMAT, "a file over the size cap is refused", "%s", err.text);
    UNIT(u, bonnet_file_load(&back, &n, folder, size, &err) == BONNET_EIO && one_line(&err), "a directory is refused", "%s", err.text);
    UNIT(u, bonnet_file_load(&back, &n, "/dev/zero", size, &err) == BONNET_EIO, "a device is refused", "%s", err.text);
    UNIT(u, bonnet_file_load(&back, &n, missing, size, &err) == BONNET_EIO && strstr(err.text, "No such file"), "a missing file", "%s", err.text);
    UNIT(u, bonnet_file_save(missing, bytes, size, &err) == BONNET_EIO, "a missing folder", "%s", err.text);
    struct stat st;
    snprintf(missing, sizeof missing, "%s/fifo", folder); /* stands for /dev/null, which a test must not risk */
    if (mkfifo(missing, 0600) != 0) exit(1);
    UNIT(u, bonnet_file_save(missing, bytes, size, &err) == BONNET_EIO, "a device is never replaced", "%s", err.text);
    UNIT(u, stat(missing, &st) == 0 && S_ISFIFO(st.st_mode), "and still there", "it is gone");
    unlink(missing);
    struct rlimit old, small = {1000, RLIM_INFINITY}; /* a disk that is full after 1000 bytes */
    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_FSIZE, &old) != 0) exit(1);
    small.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    bonnet_status full = bonnet_file_save(path, "short", 5, &err) == BONNET_OK ? bonnet_file_save(path, bytes, size, &err) : BONNET_OK;
    setrlimit(RLIMIT_FSIZE, &old);
    UNIT(u, full == BONNET_EIO && stat(path, &st) == 0 && st.st_size == 5, "a full disk: refused, the older file as it was", "%s", err.text);
    unlink(path);
    UNIT(u, rmdir(folder) == 0, "no temporary is left behind", "the folder is not empty");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "file", 1, 2000);
    bonnet_net *net = small_net(u.seed, 4);
    const uint8_t job[100] = "a job";
    const bonnet_file_job jobs[1] = {{"asic", job, sizeof job}};
    uint8_t *bytes;
    size_t size;
    bonnet_error err = {""};
    if (!net || bonnet_file_build(&bytes, &size, net, jobs, 1, &err)) return printf("cannot start: %s\n", err.text), 1;
    round_trips(&u);
    directed(&u, bytes, size);
    longer(&u, net);
    truncations(&u, bytes, size);
    corruptions(&u, bytes, size);
    pixels(&u);
    disk(&u, bytes, size);
    free(bytes);
    bonnet_net_free(net);
    return unit_end(&u);
}
