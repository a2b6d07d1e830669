/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strips_test.c - bonnet_job_check() and a last map that is walked in strips, as the lowering makes them and cut by hand: each rule of KEEP and
 * MORE broken once, strips in another order, sums of another frame. The check must say no, with the words of that rule.
 */
#include "lower.h"
#include "../conform/net_build.h"
#include "strips.h"
#include "unit.h"

#define F(name) BONNET_F_##name

static bonnet_net *small_net(uint64_t seed, uint32_t side)
{
    bonnet_build b;
    bonnet_build_start(&b, seed, 4);
    int x = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = side, .w = side, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64});
    x = bonnet_build_conv(&b, BONNET_ALL(&b, x), 64, 1, 1, BONNET_POST_XNOR, BONNET_ALL(&b, x), BONNET_NONE);
    bonnet_build_last(&b, BONNET_ALL(&b, x), 1);
    bonnet_build_fc(&b, 20);
    return bonnet_build_finish(&b);
}

static void refuse(unit *u, const bonnet_job *job, const char *text, const char *name)
{
    bonnet_error err = {""};
    bonnet_status st = bonnet_job_check(job, 3, &err);
    UNIT(u, st == BONNET_EFORMAT && strstr(err.text, text), name, "status %d, wanted '%s': %s", st, text, err.text);
}

/* The first HEAD of the job, and the last strip of its tile. */
static void find(const bonnet_job *job, uint32_t *first, uint32_t *last)
{
    *first = 1;
    while (!strips_is_head(job->desc[*first])) ++*first;
    *last = *first;
    while (bonnet_desc_get(job->desc[*last], F(CONV_MORE))) ++*last;
}

/* One tile's strips, each broken once: `of` 0 and 1 are the first tile's first and second, 2 its last, 3 the next tile's first. */
static void break_fields(unit *u, bonnet_job *job)
{
    static const struct {
        const char *text;
        uint32_t of;
        int field;
        int32_t add;
    } cases[] = {
        {"KEEP 1 and MORE 1", 0, F(CONV_KEEP), 1},     {"KEEP 0 and MORE 0", 0, F(CONV_MORE), -1}, {"KEEP 0 and MORE 1", 1, F(CONV_KEEP), -1},
        {"KEEP 1 and MORE 1", 2, F(CONV_MORE), 1},     {"map, of 2 tiles", 0, F(CONV_TILES), 1},   {"map, of 2 tiles", 2, F(CONV_TILES), 1},
        {"goes on at row", 0, F(CONV_ROWS), -1},       {"goes on at row", 1, F(CONV_ROWS), -1},    {"another tile or frame", 1, F(CONV_OUT), 4},
        {"does not hold what", 1, F(CONV_CHANNEL), 4}, {"does not hold what", 1, F(CONV_IN), 4},   {"does not hold what", 3, F(CONV_RES), 4},
        {"does not hold what", 3, F(CONV_WROW), 1}};
    uint32_t first, last;
    find(job, &first, &last);
    const uint32_t at[4] = {first, first + 1, last, last + 1};
    for (size_t n = 0; n < sizeof cases / sizeof cases[0]; n++) {
        uint32_t kept[BONNET_DESC_WORDS], *d = job->desc[at[cases[n].of]];
        char label[96];
        snprintf(label, sizeof label, "strip %u, field %06x: %s", cases[n].of, (unsigned)cases[n].field, cases[n].text);
        memcpy(kept, d, sizeof kept);
        bonnet_desc_set(d, cases[n].field, bonnet_desc_get(kept, cases[n].field) + (uint32_t)cases[n].add);
        refuse(u, job, cases[n].text, label);
        memcpy(d, kept, sizeof kept);
    }
    UNIT(u, bonnet_job_check(job, 3, NULL) == BONNET_OK, "sound again", "refused");
}

/* Descriptors a and b change places; tokens and LAST stay where they are. */
static void swap(bonnet_job *job, uint32_t a, uint32_t b)
{
    for (int w = 2; w < BONNET_DESC_WORDS; w++) {
        uint32_t kept = job->desc[a][w];
        job->desc[a][w] = job->desc[b][w];
        job->desc[b][w] = kept;
    }
}

/* Everything is where the strips need it, but not the sums. */
static void break_order(unit *u, bonnet_job *job)
{
    uint32_t first, last;
    find(job, &first, &last);
    const struct {
        const char *text;
        uint32_t a, b;
    } swaps[] = {{"no strip came before", first, first + 1},
                 {"goes on at row", first + 1, first + 2},
                 {"another tile or frame", last, 2 * last + 1 - first},
                 {"do not follow each other", last, last + 1}};
    for (size_t n = 0; n < sizeof swaps / sizeof swaps[0]; n++) {
        swap(job, swaps[n].a, swaps[n].b);
        refuse(u, job, swaps[n].text, swaps[n].text);
        swap(job, swaps[n].a, swaps[n].b);
    }
    uint32_t fc = first, kept[BONNET_DESC_WORDS], *d = job->desc[first + 1];
    while (bonnet_desc_get(job->desc[fc], F(JOB_OP)) != BONNET_OP_FC) fc++;
    memcpy(kept, d, sizeof kept);
    memcpy(d, job->desc[fc], sizeof kept);
    memcpy(d, kept, 8);
    bonnet_desc_set(d, F(JOB_OP), BONNET_OP_FC);
    bonnet_desc_set(d, F(JOB_LAYER), bonnet_desc_get(job->desc[fc], F(JOB_LAYER)));
    refuse(u, job, "FC between", "FC between the strips");
    memcpy(d, kept, sizeof kept);
    UNIT(u, bonnet_job_check(job, 3, NULL) == BONNET_OK, "in order again", "refused");
}

/* Two frames, `heads` strips: sums of the first one's, rows of the second one's. */
static void break_frames(unit *u, bonnet_job *job, uint32_t heads)
{
    uint32_t first, second, last;
    find(job, &first, &last);
    second = first + heads / 2;
    while (bonnet_desc_get(job->desc[second], F(JOB_OP)) == BONNET_OP_FC) second++;
    bonnet_desc_set(job->desc[first + 1], F(CONV_IN), bonnet_desc_get(job->desc[second + 1], F(CONV_IN)));
    refuse(u, job, "another tile or frame", "rows of another frame");
}

static void one_job(unit *u, const char *name, uint32_t side, uint32_t batch, uint32_t cut)
{
    bonnet_error err = {""};
    bonnet_job *job = NULL;
    uint32_t heads = 0;
    bonnet_net *net = small_net(u->seed, side);
    bonnet_status st =
        net ? bonnet_lower(&job, net, bonnet_geometry_named(batch == 2 ? "zcu102" : "tiny"), &(bonnet_lower_options){.batch = batch}, &err)
            : BONNET_ENOMEM;
    if (st == BONNET_OK && cut) st = (heads = strips_cut(job, cut)) ? bonnet_job_check(job, 3, &err) : BONNET_EUNSUPPORTED;
    UNIT(u, st == BONNET_OK, name, "status %d: %s", st, err.text);
    if (st == BONNET_OK && batch == 2) break_frames(u, job, heads);
    else if (st == BONNET_OK) {
        break_fields(u, job);
        if (cut) break_order(u, job);
    }
    bonnet_job_free(job);
    bonnet_net_free(net);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "strips", 1, 1);
    one_job(&u, "a last map that is never whole in the chip", 32, 1, 0);
    one_job(&u, "cut by hand", 8, 1, 2);
    one_job(&u, "two frames, cut by hand", 8, 2, 2);
    return unit_end(&u);
}
