/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_test.c - lowering: random nets of both geometries are lowered, keep the job's contract, survive a round trip through bytes;
 * and the contract check refuses jobs that are broken in one place: a token dropped, an address moved, a byte damaged.
 */
#include "lower.h"
#include "../conform/net_build.h"
#include "unit.h"

static const int waits[3] = {BONNET_F_JOB_WAIT0, BONNET_F_JOB_WAIT1, BONNET_F_JOB_WAIT2};

/* Without any one of its waits a plain job is wrong for some speed of the units. One exception: where weights stream, the load unit's
 * order alone can keep the stem from starting too early. */
static void drop_tokens(unit *u, bonnet_job *job, const char *name)
{
    uint32_t dropped = 0, missed = 0, sem = 0;
    for (uint32_t i = 1; i < job->n_desc; i++)
        for (int w = 0; w < 3; w++) {
            uint32_t *d = job->desc[i], s = bonnet_desc_get(d, waits[w]);
            if (!s) continue;
            bonnet_desc_set(d, waits[w], 0);
            dropped++;
            if (bonnet_job_check(job, 3, NULL) == BONNET_OK) {
                missed++;
                sem = s;
            }
            bonnet_desc_set(d, waits[w], s);
        }
    UNIT(u, dropped && !missed, name, "%u of %u dropped tokens not noticed, semaphore %u", missed, dropped, sem);
}

/* Is all of the layer's map read by somebody? Elsewhere a descriptor may put what nobody reads. */
static int is_read(const bonnet_job *job, uint32_t layer)
{
    uint64_t words = 0; /* groups of 64 channels, one bit each */
    for (uint32_t i = 0; i < job->n_layers; i++) {
        const bonnet_job_layer *l = &job->layers[i];
        const int32_t maps[3] = {l->in, l->res, l->pass};
        const uint32_t first[3] = {l->in_first, l->res_first, l->pass_first}, channels[3] = {l->in_c, l->conv_c, l->conv_c};
        for (int n = 0; n < 3; n++)
            for (uint32_t c = first[n]; maps[n] == (int32_t)layer && c < first[n] + channels[n]; c += 64) words |= UINT64_C(1) << c / 64;
    }
    uint32_t all = (job->layers[layer].out_c + 63) / 64;
    return job->traced || layer + 1 == job->n_layers || words == (all == 64 ? ~UINT64_C(0) : (UINT64_C(1) << all) - 1);
}

/* Fields that say where and how much: one more or less is always wrong, but for maps that nobody reads. */
static void move_fields(unit *u, bonnet_job *job, const char *name)
{
    static const struct {
        int op, field;
        uint32_t by;
    } moves[] = {
        {BONNET_OP_CONV, BONNET_F_CONV_WROW, 1},   {BONNET_OP_CONV, BONNET_F_CONV_IN, 4},      {BONNET_OP_CONV, BONNET_F_CONV_TILES, 1},
        {BONNET_OP_CONV, BONNET_F_CONV_DEPTH, 1},  {BONNET_OP_CONV, BONNET_F_CONV_IN_W, 1},    {BONNET_OP_CONV, BONNET_F_CONV_OUT_H, 1},
        {BONNET_OP_CONV, BONNET_F_CONV_OUT, 4},    {BONNET_OP_LOAD, BONNET_F_LOAD_ADDR, 1},    {BONNET_OP_LOAD, BONNET_F_LOAD_OFFSET, 512},
        {BONNET_OP_FC, BONNET_F_FC_IN, 4},         {BONNET_OP_FC, BONNET_F_FC_OUT, 4},         {BONNET_OP_FC, BONNET_F_FC_INPUTS, 8},
        {BONNET_OP_STEM, BONNET_F_STEM_OUT, 4},    {BONNET_OP_STEM, BONNET_F_STEM_PROW, 1},    {BONNET_OP_STEM, BONNET_F_STEM_IN_W, 1},
        {BONNET_OP_STORE, BONNET_F_STORE_ADDR, 4}, {BONNET_OP_STORE, BONNET_F_STORE_BYTES, 8}, {BONNET_OP_STORE, BONNET_F_STORE_OFFSET, 64},
    };
    uint32_t missed = 0;
    int field = 0;
    for (uint32_t i = 1; i < job->n_desc; i++)
        for (size_t n = 0; n < sizeof moves / sizeof moves[0]; n++) {
            uint32_t *d = job->desc[i], old = bonnet_desc_get(d, moves[n].field);
            if (bonnet_desc_get(d, BONNET_F_JOB_OP) != (uint32_t)moves[n].op || !bonnet_desc_set(d, moves[n].field, old + moves[n].by)) continue;
            if (bonnet_job_check(job, 2, NULL) == BONNET_OK && is_read(job, bonnet_desc_get(d, BONNET_F_JOB_LAYER))) {
                missed++;
                field = moves[n].field;
            }
            bonnet_desc_set(d, moves[n].field, old);
        }
    UNIT(u, !missed, name, "%u moved fields not noticed, the last %06x", missed, (unsigned)field);
}

/* What parse and check must do with any bytes at all: say no, or hand out a job that keeps the contract. */
static void damage_bytes(unit *u, const uint8_t *bytes, size_t size, const char *name)
{
    uint32_t refused = 0;
    size_t head = size < 6000 ? size : 6000;
    uint8_t *copy = malloc(size);
    for (int i = 0; copy && i < 60; i++) {
        bonnet_job *job = NULL;
        memcpy(copy, bytes, size);
        size_t cut = i % 4 == 0 ? unit_below(u, (uint32_t)size) : size;
        for (int n = 0; i % 4 && n <= i % 3; n++) copy[unit_below(u, (uint32_t)head)] ^= (uint8_t)(1u << unit_below(u, 8));
        if (bonnet_job_parse(&job, copy, cut, NULL) != BONNET_OK) refused++;
        bonnet_job_free(job);
    }
    free(copy);
    UNIT(u, refused >= 15, name, "only %u of 60 damaged jobs refused", refused); /* all the truncated ones at least */
}

static void round_trip(unit *u, const bonnet_job *job, const char *name)
{
    uint8_t *bytes = NULL, *again = NULL;
    size_t size = 0, size2 = 0;
    bonnet_job *back = NULL;
    bonnet_error err = {""};
    bonnet_status st = bonnet_job_serialise(&bytes, &size, job, &err);
    if (st == BONNET_OK) st = bonnet_job_parse(&back, bytes, size, &err);
    if (st == BONNET_OK) st = bonnet_job_serialise(&again, &size2, back, &err);
    UNIT(u, st == BONNET_OK && size == size2 && !memcmp(bytes, again, size), name, "status %d: %s", st, err.text);
    if (bytes) damage_bytes(u, bytes, size, "damaged bytes");
    bonnet_job_free(back);
    free(bytes);
    free(again);
}

static void one_net(unit *u, uint64_t seed, const char *geometry, int big, uint32_t *unsupported)
{
    char label[96];
    const bonnet_room *room = !strcmp(geometry, "tiny") ? &bonnet_room_tiny : &bonnet_room_asic;
    bonnet_net *net = bonnet_random_net(seed, room, big);
    for (int traced = 0; traced < 2 && net; traced++) {
        bonnet_job *job = NULL;
        bonnet_error err = {""};
        bonnet_status st = bonnet_lower(&job, net, bonnet_geometry_named(geometry), &(bonnet_lower_options){.traced = (uint32_t)traced}, &err);
        snprintf(label, sizeof label, "net %llu %s%s", (unsigned long long)seed, geometry, traced ? " traced" : "");
        if (st == BONNET_EUNSUPPORTED && big) {
            ++*unsupported;
            UNIT(u, err.text[0] && !job, label, "refused without a reason");
            continue;
        }
        UNIT(u, st == BONNET_OK, label, "status %d: %s", st, err.text);
        if (st != BONNET_OK) continue;
        if (!traced) drop_tokens(u, job, label);
        move_fields(u, job, label);
        round_trip(u, job, label);
        bonnet_job_free(job);
    }
    bonnet_net_free(net);
}

/* Nets that a geometry cannot hold are refused, with the layer and the numbers. */
static void refusals(unit *u)
{
    static const struct {
        bonnet_stem_spec stem;
        uint32_t down, fc;
        const char *text;
    } cases[] = {
        {{.h = 4, .w = 65, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64, .pool = 1}, 0, 10, "image is 65 pixels wide"},
        {{.h = 4, .w = 40, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64}, 0, 10, "map is 40 pixels wide"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bonnet_build b;
        bonnet_error err = {""};
        bonnet_job *job = NULL;
        bonnet_build_start(&b, u->seed + i, 4);
        int m = bonnet_build_stem(&b, &cases[i].stem);
        bonnet_build_last(&b, BONNET_ALL(&b, m), 1);
        bonnet_build_fc(&b, cases[i].fc);
        bonnet_net *net = bonnet_build_finish(&b);
        bonnet_status st = net ? bonnet_lower(&job, net, bonnet_geometry_named("tiny"), NULL, &err) : BONNET_ENOMEM;
        UNIT(u, st == BONNET_EUNSUPPORTED && strstr(err.text, cases[i].text), cases[i].text, "status %d: %s", st, err.text);
        bonnet_job_free(job);
        bonnet_net_free(net);
    }
    bonnet_job *job = NULL;
    bonnet_geometry g = *bonnet_geometry_named("asic");
    bonnet_net *net = bonnet_random_net(u->seed, &bonnet_room_asic, 0);
    g.lanes = 48;
    UNIT(u, net && bonnet_lower(&job, net, &g, NULL, NULL) == BONNET_EINVAL && !bonnet_geometry_named("huge"), "unknown geometry", "accepted");
    bonnet_net_free(net);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "lower", 1, 16);
    uint32_t unsupported = 0;
    for (uint32_t i = 0; i < u.cases; i++) one_net(&u, u.seed * 1000 + i, i % 2 ? "asic" : "tiny", i % 4 >= 2, &unsupported);
    UNIT(&u, 4 * unsupported <= 2 * u.cases, "most nets are supported", "%u of %u refused", unsupported, u.cases);
    refusals(&u);
    return unit_end(&u);
}
