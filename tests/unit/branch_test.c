/* SPDX-License-Identifier: Apache-2.0 */
/*
 * branch_test.c - early exits in a .bonnet file: what goes in comes out, a reader that does not know them runs the network as before, and every field
 * holds by itself. Damage has the right hash. Run under ASan and UBSan.
 */
#include "../conform/net_build.h"
#include "file.h"
#include "rehash.h"
#include "unit.h"

enum { BRA = 0x20415242, BRANCH = 128 /* where in a section its network begins */ };

/* Two exits behind two cuts, of either family. */
static bonnet_net *with_exits(uint64_t seed, int general)
{
    for (uint64_t i = 0; i < 1000; i++) {
        bonnet_net *net = general ? bonnet_random_general(seed + i) : bonnet_random_net(seed + i, &bonnet_room_tiny, 0);
        if (net && bonnet_add_random_exits(net, seed + i, &bonnet_room_tiny, 2) == 2 && net->exits[0].layer < net->exits[1].layer) return net;
        bonnet_net_free(net);
    }
    printf("no network with two exits\n");
    exit(1);
}

static int same_exits(const bonnet_net *a, const bonnet_net *b)
{
    int same = a->n_exits == b->n_exits && bonnet_net_common(a, b) == a->n_layers;
    for (uint32_t i = 0; same && i < a->n_exits; i++) {
        const bonnet_net_exit *x = &a->exits[i], *y = &b->exits[i];
        same = !strcmp(x->name, y->name) && x->layer == y->layer && x->branch->logit_scale == y->branch->logit_scale &&
               x->branch->n_layers == y->branch->n_layers && bonnet_net_common(x->branch, y->branch) == x->branch->n_layers;
    }
    return same;
}

/* Parses a copy that is exactly `size` bytes long; *exits of a network that was taken. */
static bonnet_status parse(const uint8_t *bytes, size_t size, uint32_t *exits, bonnet_error *err)
{
    uint8_t *copy = malloc(size ? size : 1);
    bonnet_file f = {0};
    char why[200];
    if (!copy) exit(1);
    memcpy(copy, bytes, size);
    bonnet_status status = bonnet_file_parse(&f, copy, size, err);
    if (status == BONNET_OK && bonnet_net_check(f.net, why, sizeof why)) status = BONNET_EMISMATCH; /* must never be */
    if (status == BONNET_OK) *exits = f.net->n_exits;
    bonnet_file_free(&f);
    free(copy);
    return status;
}

static void round_trips(unit *u)
{
    unsigned differ = 0, exits = 0;
    for (uint32_t i = 0; i < 30; i++) {
        bonnet_net *net = i % 2 ? bonnet_random_general(u->seed + i) : bonnet_random_net(u->seed + i, &bonnet_room_tiny, 0), *copy = NULL;
        bonnet_file f = {0};
        bonnet_error err = {""};
        uint8_t *bytes = NULL;
        size_t size = 0;
        if (!net) exit(1);
        exits += bonnet_add_random_exits(net, u->seed + i, &bonnet_room_tiny, 5);
        copy = bonnet_net_clone(net);
        if (!copy || !same_exits(net, copy) || bonnet_file_build(&bytes, &size, net, NULL, 0, &err) || bonnet_file_parse(&f, bytes, size, &err) ||
            !same_exits(net, f.net) ||
            bytes[10] != (net->n_exits              ? 4
                          : bonnet_net_general(net) ? 3
                                                    : 0))
            differ++, printf("      network %u: %s\n", i, err.text);
        bonnet_file_free(&f);
        bonnet_net_free(net), bonnet_net_free(copy);
        free(bytes);
    }
    UNIT(u, !differ && exits > 20, "30 networks and their exits come back as they were", "%u differ, %u exits", differ, exits);
}

/* Where the entry of BRA section `nth` is in the table, and *at: its bytes. */
static size_t entry_of(const uint8_t *bytes, uint32_t nth, size_t *at)
{
    for (size_t e = 64;; e += 64) {
        if ((bytes[e] | bytes[e + 1] << 8 | bytes[e + 2] << 16 | (uint32_t)bytes[e + 3] << 24) != BRA || nth-- > 0) continue;
        *at = 0;
        for (int i = 0; i < 8; i++) *at |= (size_t)bytes[e + 8 + i] << 8 * i;
        return e;
    }
}

typedef struct change {
    const char *what;
    int entry; /* 1: `at` counts from the table's entry, 0: from the section */
    size_t at;
    uint64_t value;
    size_t width;
    const char *says; /* NULL: taken */
    uint32_t exits;   /* then */
} change;

static void directed(unit *u, const uint8_t *bytes, size_t size, const char *family)
{
    static const change table[] = {
        {"as it is", 0, 64 + 4, 0, 4, NULL, 2},
        {"a reader of 1.3, to which a branch is an unknown section", 1, 0, 0x12345678, 4, NULL, 1},
        {"a branch that may not be skipped", 1, 4, 0, 4, "branches are not well formed", 0},
        {"a branch with a geometry", 1, 24, 'a', 1, "branches are not well formed", 0},
        {"no name", 0, 0, 0, 8, "not well formed|has no name|not printable", 0},
        {"a name that would move the cursor", 0, 1, 27, 1, "not printable", 0},
        {"a name that is not padded", 0, 62, 'x', 1, "not well formed", 0},
        {"a name without an end", 0, 63, 'x', 1, "not well formed", 0},
        {"the name of the end", 0, 0, 0x6c616e6966, 8, "'final': the name is taken", 0},
        {"two exits of one name", 0, 5, '0', 1, "two exits 'exit 0'", 0},
        {"behind a layer that is not there", 0, 64, 1000, 4, "no cut behind layer 1000", 0},
        {"a reserved field", 0, 68, 1, 4, "not well formed", 0},
        {"a network of 2^63 bytes", 0, 72, UINT64_C(1) << 63, 8, "not well formed", 0},
        {"a network of no bytes", 0, 72, 0, 8, "cut short", 0},
        {"another reserved field", 0, 100, 1, 1, "not well formed", 0},
        {"other slices", 0, BRANCH + 64, 2, 4, "slices, not", 0},
        {"2^32 - 1 layers", 0, BRANCH + 72, 0xffffffff, 4, "number of layers", 0},
        {"labels of its own", 0, BRANCH + 76, 1, 4, "label is too long|no branch", 0},
        {"no map to begin with", 0, BRANCH + 128 + 64, 1, 4, "", 0},
        {"a map that reads", 0, BRANCH + 128 + 68, 64, 4, "reads nothing", 0},
        {"a map of another height", 0, BRANCH + 128 + 84, 500, 4, "", 0},
        {"a map with a stride", 0, BRANCH + 128 + 100, 1, 4, "begins with a window", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const change *c = &table[i];
        bonnet_error err = {""};
        uint32_t exits = 0;
        size_t section = 0;
        uint8_t *copy = malloc(size);
        char what[120], says[80];
        if (!copy) exit(1);
        memcpy(copy, bytes, size);
        const size_t entry = entry_of(copy, 1, &section);
        for (size_t k = 0; k < c->width; k++) copy[(c->entry ? entry : section) + c->at + k] = (uint8_t)(c->value >> 8 * k);
        rehash(copy, size);
        const bonnet_status status = parse(copy, size, &exits, &err);
        int found = !c->says || !*c->says;
        snprintf(says, sizeof says, "%s", c->says ? c->says : "");
        for (char *one = strtok(says, "|"); one; one = strtok(NULL, "|")) found |= strstr(err.text, one) != NULL;
        snprintf(what, sizeof what, "%s: %s", family, c->what);
        UNIT(u, c->says ? status == BONNET_EFORMAT && found && !strchr(err.text, '\n') : status == BONNET_OK && exits == c->exits, what,
             "status %d, %u exits: %s", status, exits, err.text);
        free(copy);
    }
}

/* The two branches with each other's place. */
static void swapped(unit *u, const uint8_t *bytes, size_t size)
{
    bonnet_error err = {""};
    size_t a = 0, b = 0;
    uint32_t exits = 0;
    uint8_t *copy = malloc(size);
    if (!copy) exit(1);
    memcpy(copy, bytes, size);
    entry_of(copy, 0, &a), entry_of(copy, 1, &b);
    memcpy(copy + a + 64, bytes + b + 64, 4);
    memcpy(copy + b + 64, bytes + a + 64, 4);
    rehash(copy, size);
    UNIT(u, parse(copy, size, &exits, &err) == BONNET_EFORMAT && strstr(err.text, "lies before the one before it"), "branches out of order", "%s",
         err.text);
    free(copy);
}

/* Cut anywhere, or with a byte changed: a sound network or a refusal. */
static void damage(unit *u, const uint8_t *bytes, size_t size)
{
    unsigned taken = 0, wrong = 0, accepted = 0;
    size_t first = 0;
    uint8_t *copy = malloc(size);
    uint32_t exits;
    if (!copy) exit(1);
    entry_of(bytes, 0, &first);
    for (size_t n = first; n < size; n += 1 + unit_below(u, 60)) {
        bonnet_error err = {""};
        memcpy(copy, bytes, n);
        rehash(copy, n);
        taken += parse(copy, n, &exits, &err) != BONNET_EFORMAT;
    }
    for (uint32_t i = 0; i < u->cases; i++) {
        bonnet_error err = {""};
        memcpy(copy, bytes, size);
        const size_t at = i % 4 ? first + unit_below(u, (uint32_t)(i % 2 ? 700 : size - first)) : unit_below(u, (uint32_t)size);
        if (at < size) copy[at] ^= (uint8_t)(1 + unit_below(u, 255));
        rehash(copy, size);
        const bonnet_status status = parse(copy, size, &exits, &err);
        accepted += status == BONNET_OK;
        wrong += status != BONNET_OK && status != BONNET_EFORMAT && status != BONNET_EABI;
    }
    free(copy);
    printf("      of %u damaged files %u were other sound networks\n", u->cases, accepted);
    UNIT(u, !taken && !wrong, "cut or damaged, a sound network or a clean refusal", "%u cuts taken, %u wrong", taken, wrong);
}

/* What a writer is handed is checked as well. */
static void writer(unit *u)
{
    bonnet_net *net = with_exits(u->seed, 0);
    uint8_t *bytes = NULL;
    size_t size;
    bonnet_error err = {""};
    const uint32_t layer = net->exits[1].layer;
    net->exits[1].layer = net->n_layers - 1;
    UNIT(u, bonnet_file_build(&bytes, &size, net, NULL, 0, &err) == BONNET_EINVAL && strstr(err.text, "no cut"), "no file of an exit behind the end",
         "%s", err.text);
    net->exits[1].layer = layer;
    for (uint32_t i = 2; i < BONNET_MAX_EXITS; i++) {
        char name[16];
        snprintf(name, sizeof name, "more %u", i);
        if (!bonnet_net_add_exit(net, name, layer, bonnet_net_clone(net->exits[1].branch))) exit(1);
    }
    UNIT(u, !bonnet_net_add_exit(net, "one too many", layer, bonnet_net_clone(net->exits[1].branch)), "15 exits, not 16", "taken");
    UNIT(u, bonnet_file_build(&bytes, &size, net, NULL, 0, &err) == BONNET_OK, "a file of 15 exits", "%s", err.text);
    uint32_t exits = 0;
    UNIT(u, bytes && parse(bytes, size, &exits, &err) == BONNET_OK && exits == BONNET_MAX_EXITS, "comes back", "%s", err.text);
    free(bytes);
    bonnet_net_free(net);
}

/* A branch that is sound by itself, for one class more. */
static void other_classes(unit *u)
{
    bonnet_net *net = with_exits(u->seed, 1), other = *net;
    uint8_t *bytes = NULL;
    size_t size;
    bonnet_error err = {""};
    other.classes++;
    const uint32_t layer = net->exits[1].layer;
    if (!bonnet_net_add_exit(net, "other", layer, bonnet_random_general_branch(&other, layer, u->seed))) exit(1);
    UNIT(u, bonnet_file_build(&bytes, &size, net, NULL, 0, &err) == BONNET_EINVAL && strstr(err.text, "classes, not"), "no exit with other classes",
         "%s", err.text);
    free(bytes);
    bonnet_net_free(net);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "branch", 1, 1000);
    round_trips(&u);
    for (int general = 0; general < 2; general++) {
        bonnet_net *net = with_exits(u.seed, general);
        uint8_t *bytes = NULL;
        size_t size;
        bonnet_error err = {""};
        if (bonnet_file_build(&bytes, &size, net, NULL, 0, &err) != BONNET_OK) return printf("cannot start: %s\n", err.text), 1;
        directed(&u, bytes, size, general ? "general" : "family");
        swapped(&u, bytes, size);
        damage(&u, bytes, size);
        free(bytes);
        bonnet_net_free(net);
    }
    writer(&u);
    other_classes(&u);
    return unit_end(&u);
}
