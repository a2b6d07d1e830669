/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_test.c - every rule of bonnet_job_check() broken once, in jobs that use all of the contract: rings, thermometer codes, maps through
 * DRAM, a batch, several arrays, traces. The check must say no, with the words of that rule; and yes again when the damage is undone.
 */
#include "lower.h"
#include "../conform/net_build.h"
#include "unit.h"

#define F(name) BONNET_F_##name

/* Thresholds in order, so that maps can be coded. */
static void order(bonnet_net *net)
{
    for (uint32_t i = 0; i < net->n_layers; i++) {
        int32_t *t = bonnet_net_param_data(net, i, BONNET_PARAM_T);
        uint16_t *tp = bonnet_net_param_data(net, i, BONNET_PARAM_TP);
        for (uint32_t n = 0; n < net->layers[i].conv_c * net->k; n++) {
            if (t) t[n] = 100 - 60 * (int32_t)(n % net->k);
            if (tp) tp[n] = (uint16_t)(140 - 10 * (n % net->k));
        }
    }
}

/* Two blocks of a BoolNet that does not fit its buffers: fused rows, rings, or maps in DRAM. */
static bonnet_net *small_net(uint64_t seed, uint32_t side, uint32_t stem_c)
{
    bonnet_build b;
    bonnet_build_start(&b, seed, 4);
    int x = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = side, .w = side, .planes = 1, .kernel = 3, .stride = 1, .out_c = stem_c, .dw = 1});
    int y = bonnet_build_conv(&b, BONNET_LOWER(&b, x), stem_c / 2, 1, 1, BONNET_POST_XNOR, BONNET_LOWER(&b, x), BONNET_NONE);
    x = bonnet_build_conv(&b, BONNET_ALL(&b, y), stem_c / 2, 1, 1, BONNET_POST_INTERLEAVE, BONNET_LOWER(&b, x), BONNET_UPPER(&b, x));
    int d = bonnet_build_down(&b, BONNET_LOWER(&b, x), 64, 1);
    y = bonnet_build_conv(&b, BONNET_LOWER(&b, x), 64, 2, 1, BONNET_POST_XNOR, BONNET_ALL(&b, d), BONNET_NONE);
    bonnet_build_last(&b, BONNET_ALL(&b, y), 1);
    bonnet_build_fc(&b, 20);
    bonnet_net *net = bonnet_build_finish(&b);
    if (net) order(net);
    return net;
}

/* One field of the first descriptor of kind `op` for which `when` (a field, 0: none) is `is`, changed by `add`. */
typedef struct breakage {
    const char *text; /* of the complaint */
    int op, when, is, field;
    int32_t add;
} breakage;

static const breakage breakages[] = {
    {"unknown bits", BONNET_OP_CONV, 0, 0, BONNET_FIELD(13, 30, 1), 1},
    {"in another unit's list", BONNET_OP_STORE, 0, 0, F(JOB_OP), -1},
    {"layer 255", BONNET_OP_CONV, 0, 0, F(JOB_LAYER), 255},
    {"LAST on the wrong", BONNET_OP_CONV, F(JOB_LAST), 0, F(JOB_LAST), 1},
    {"only a LOAD of rows may be ONCE", BONNET_OP_CONV, 0, 0, F(JOB_ONCE), 1},
    {"shift or K without HEAD", BONNET_OP_CONV, F(CONV_POST), 3, F(CONV_S1), 1},
    {"slices or kernel", BONNET_OP_CONV, 0, 0, F(CONV_K3), -1},
    {"rows past the map", BONNET_OP_CONV, 0, 0, F(CONV_ROWS), 512},
    {"words of a tap", BONNET_OP_CONV, F(CONV_POST), 4, F(CONV_DEPTH), 1},
    {"wrong K", BONNET_OP_CONV, F(CONV_POST), 4, F(CONV_K), 64},
    {"input size", BONNET_OP_CONV, 0, 0, F(CONV_IN_W), 1},
    {"output size", BONNET_OP_CONV, 0, 0, F(CONV_OUT_H), 1},
    {"channels of lane groups", BONNET_OP_CONV, 0, 0, F(CONV_GROUP_STEP), 4},
    {"tiles past", BONNET_OP_CONV, 0, 0, F(CONV_TILES), 100},
    {"parameter rows end", BONNET_OP_CONV, 0, 0, F(CONV_WROW), 60000},
    {"does not hold what", BONNET_OP_CONV, 0, 0, F(CONV_WROW), 1},
    {"does not hold what", BONNET_OP_CONV, 0, 0, F(CONV_IN), 3},
    {"does not hold what", BONNET_OP_CONV, F(CONV_POST), 1, F(CONV_RES), 1},
    {"does not hold what", BONNET_OP_CONV, F(CONV_POST), 3, F(CONV_PASS), 1},
    {"not ordered cannot", BONNET_OP_CONV, F(CONV_POST), 1, F(CONV_OUT_T), 1},
    {"slot", BONNET_OP_CONV, 0, 0, F(CONV_OUT_SLOT), 1},
    {"slot", BONNET_OP_CONV, 0, 0, F(CONV_IN_SLOT), 1},
    {"slot", BONNET_OP_CONV, F(CONV_POST), 1, F(CONV_RES_SLOT), 1},
    {"twice", BONNET_OP_CONV, F(CONV_POST), 3, F(CONV_OUT_PIX), -1},
    {"a row ends at", BONNET_OP_CONV, F(CONV_POST), 3, F(CONV_OUT), 65535},
    {"to a multiple of 4", BONNET_OP_CONV, F(CONV_POST), 4, F(CONV_OUT), 1},
    {"of other features", BONNET_OP_FC, 0, 0, F(FC_INPUTS), 8},
    {"weights at row", BONNET_OP_FC, 0, 0, F(FC_WROW), 1},
    {"does not hold what", BONNET_OP_FC, 0, 0, F(FC_IN), 1},
    {"word or row", BONNET_OP_FC, 0, 0, F(FC_OUT), 1},
    {"another image", BONNET_OP_STEM, 0, 0, F(STEM_OFFSET), 64},
    {"another image", BONNET_OP_STEM, 0, 0, F(STEM_BASE), -1},
    {"STEM options", BONNET_OP_STEM, F(STEM_CONT), 0, F(STEM_POOL), 3},
    {"convolution size", BONNET_OP_STEM, F(STEM_CONT), 0, F(STEM_CONV_W), 1},
    {"map size", BONNET_OP_STEM, F(STEM_CONT), 0, F(STEM_OUT_H), 1},
    {"channel", BONNET_OP_STEM, F(STEM_CONT), 0, F(STEM_CHANNEL), 1},
    {"rows, ", BONNET_OP_STEM, F(STEM_CONT), 0, F(STEM_ROWS), 512},
    {"pass that is finished", BONNET_OP_STEM, F(STEM_CONT), 0, F(STEM_CONT), 1},
    {"does not hold what", BONNET_OP_STEM, F(STEM_CONT), 0, F(STEM_PROW), 1},
    {"slot", BONNET_OP_STEM, 0, 0, F(STEM_OUT_SLOT), 1},
    {"parts of rows", BONNET_OP_LOAD, F(LOAD_DEST), 0, F(LOAD_BYTES), 8},
    {"past the end of the model", BONNET_OP_LOAD, F(LOAD_DEST), 0, F(LOAD_BYTES), 8 << 20},
    {"not from a multiple of 64", BONNET_OP_LOAD, F(LOAD_DEST), 0, F(LOAD_OFFSET), 8},
    {"but rows of the model", BONNET_OP_LOAD, F(LOAD_DEST), 0, F(LOAD_BASE), 1},
    {"anything but logits", BONNET_OP_STORE, F(STORE_BASE), 2, F(STORE_BYTES), 8},
    {"stored twice, or where", BONNET_OP_STORE, F(STORE_BASE), 2, F(STORE_OFFSET), 64},
    {"does not hold what", BONNET_OP_STORE, F(STORE_BASE), 2, F(STORE_ADDR), 1},
};

static void refuse(unit *u, bonnet_job *job, const char *text, const char *name)
{
    bonnet_error err = {""};
    bonnet_status st = bonnet_job_check(job, 3, &err);
    /* Where a layer has several CONVs, one of another kind is noticed first. */
    UNIT(u, st == BONNET_EFORMAT && (strstr(err.text, text) || strstr(err.text, "another convolution than")), name, "status %d, wanted '%s': %s", st,
         text, err.text);
}

static void break_fields(unit *u, bonnet_job *job)
{
    for (size_t n = 0; n < sizeof breakages / sizeof breakages[0]; n++) {
        const breakage *b = &breakages[n];
        char label[96];
        uint32_t i = 1;
        while (i < job->n_desc && (bonnet_desc_get(job->desc[i], F(JOB_OP)) != (uint32_t)b->op ||
                                   (b->when && bonnet_desc_get(job->desc[i], b->when) != (uint32_t)b->is)))
            i++;
        snprintf(label, sizeof label, "operation %d, field %06x: %s", b->op, (unsigned)b->field, b->text);
        if (i == job->n_desc) {
            UNIT(u, 0, label, "no such descriptor in the job");
            continue;
        }
        uint32_t kept[BONNET_DESC_WORDS];
        memcpy(kept, job->desc[i], sizeof kept);
        uint32_t value = bonnet_desc_get(kept, b->field) + (uint32_t)b->add, most = bonnet_desc_mask(b->field);
        bonnet_desc_set(job->desc[i], b->field, value > most ? most : value);
        refuse(u, job, b->text, label);
        memcpy(job->desc[i], kept, sizeof kept);
    }
    UNIT(u, bonnet_job_check(job, 3, NULL) == BONNET_OK, "sound again", "refused");
}

/* Numbers of the struct. */
static void break_struct(unit *u, bonnet_job *job)
{
    const struct {
        uint32_t *at, value;
        const char *text;
    } cases[] = {{&job->k, 2, "slices"},
                 {&job->batch, 0, "frames of a walk"},
                 {&job->batch, job->batch + 1, "stored"},
                 {&job->classes, 0, "results"},
                 {&job->input_stride, 32, "image"},
                 {&job->rows_bytes, job->rows_bytes - 8, "sizes"},
                 {&job->watchdog_cycles, 0, "sizes"},
                 {&job->geometry.records, job->n_desc - 1, "descriptors"},
                 {&job->geometry.lanes, 48, "geometry"},
                 {&job->n_pieces, 1, "pieces"},
                 {&job->layers[1].in_first, 32, "channels read"},
                 {&job->layers[1].res_first, 1u << 20, "channels read"},
                 {&job->layers[1].out_w, 0, "size of a layer"},
                 {&job->layers[1].rows, job->layers[1].rows + 1, "rows"},
                 {&job->layers[1].kind, BONNET_LAYER_STEM, "order"},
                 {&job->layers[1].conv_c, 60, "whole words"},
                 {&job->desc[0][2], 0x314A4E42, "header"},
                 {&job->desc[0][3], job->n_desc, "header"},
                 {&job->desc[0][6], job->desc[0][6] + 1, "four lists"},
                 {&job->desc[0][8], job->desc[0][8] + 64, "steps"},
                 {&job->desc[0][15], 1, "unknown bits"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t old = *cases[i].at;
        char label[64];
        snprintf(label, sizeof label, "struct %zu: %s", i, cases[i].text);
        *cases[i].at = cases[i].value;
        refuse(u, job, cases[i].text, label);
        *cases[i].at = old;
    }
    int32_t in = job->layers[2].in;
    job->layers[2].in = 2;
    refuse(u, job, "reads a later one", "a layer that reads itself");
    job->layers[2].in = in;
}

/* All waits of one semaphore gone: either something is read too early, or tokens pile up. All posts gone: the job never ends. */
static void break_tokens(unit *u, bonnet_job *job)
{
    static const int waits[3] = {F(JOB_WAIT0), F(JOB_WAIT1), F(JOB_WAIT2)}, posts[3] = {F(JOB_POST0), F(JOB_POST1), F(JOB_POST2)};
    size_t bytes = job->n_desc * sizeof *job->desc;
    uint32_t(*kept)[BONNET_DESC_WORDS] = malloc(bytes);
    for (uint32_t s = 1; kept && s < 13; s++)
        for (int post = 0; post < 2; post++) {
            uint32_t changed = 0;
            char label[64];
            bonnet_error err = {""};
            memcpy(kept, job->desc, bytes);
            for (uint32_t i = 1; i < job->n_desc; i++)
                for (int n = 0; n < 3; n++)
                    if (bonnet_desc_get(job->desc[i], post ? posts[n] : waits[n]) == s) {
                        bonnet_desc_set(job->desc[i], post ? posts[n] : waits[n], 0);
                        changed++;
                    }
            snprintf(label, sizeof label, "no %s of semaphore %u", post ? "posts" : "waits", s);
            bonnet_status st = changed ? bonnet_job_check(job, 3, &err) : BONNET_EFORMAT;
            UNIT(u, st == BONNET_EFORMAT && (!changed || !post || strstr(err.text, "never ends")), label, "status %d: %s", st, err.text);
            memcpy(job->desc, kept, bytes);
        }
    free(kept);
}

static void break_pieces(unit *u, bonnet_job *job)
{
    bonnet_job_piece kept = job->pieces[1];
    bonnet_job_piece *p = &job->pieces[1];
    p->y0++;
    refuse(u, job, "piece", "piece of other rows");
    *p = kept;
    p->therm ^= 1;
    refuse(u, job, "piece", "piece of another code");
    *p = kept;
    p->scratch += 64;
    refuse(u, job, "piece", "piece elsewhere");
    *p = kept;
    p->scratch = job->scratch_bytes;
    refuse(u, job, "piece", "piece outside scratch");
    *p = kept;
    p->words++;
    refuse(u, job, "piece", "piece of more words");
    *p = kept;
    job->n_pieces--;
    refuse(u, job, "not stored", "a piece less");
    job->n_pieces++;
    UNIT(u, bonnet_job_check(job, 3, NULL) == BONNET_OK, "sound again", "refused");
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "check", 1, 1);
    const struct {
        const char *geometry;
        uint32_t side, stem_c, batch, traced;
    } jobs[] = {{"tiny", 14, 128, 1, 0}, {"asic", 20, 128, 2, 0}, {"zcu102", 12, 128, 1, 0}, {"tiny", 14, 128, 1, 1}, {"asic", 12, 128, 2, 1}};
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        bonnet_job *job = NULL;
        bonnet_error err = {""};
        char label[64];
        bonnet_lower_options options = {.traced = jobs[i].traced, .batch = jobs[i].batch};
        bonnet_net *net = small_net(u.seed, jobs[i].side, jobs[i].stem_c);
        bonnet_status st = net ? bonnet_lower(&job, net, bonnet_geometry_named(jobs[i].geometry), &options, &err) : BONNET_ENOMEM;
        snprintf(label, sizeof label, "%s, batch %u%s", jobs[i].geometry, jobs[i].batch, jobs[i].traced ? ", traced" : "");
        UNIT(&u, st == BONNET_OK, label, "status %d: %s", st, err.text);
        if (st == BONNET_OK && jobs[i].traced) break_pieces(&u, job);
        else if (st == BONNET_OK) {
            break_fields(&u, job);
            break_struct(&u, job);
            break_tokens(&u, job);
        }
        bonnet_job_free(job);
        bonnet_net_free(net);
    }
    return unit_end(&u);
}
