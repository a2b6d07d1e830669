/* SPDX-License-Identifier: Apache-2.0 */
/* lower.c - geometries by name, and the lowering from end to end: rows, choices, places, tokens, descriptors, check. */
#include <stdlib.h>
#include <string.h>
#include "lower_parts.h"

/* The numbers of rtl/pkg/bonnet_pkg.sv. */
static const bonnet_geometry asic = {.lanes = 64,
                                     .arrays = 1,
                                     .bus_bits = 128,
                                     .weight_rows = 576,
                                     .feature_words = 24576,
                                     .stem_rows = 32,
                                     .stem_taps = 8,
                                     .block = 8,
                                     .stem_image_w = 512,
                                     .stem_map_w = 128,
                                     .records = 1024};
static const bonnet_geometry zcu102 = {.lanes = 64,
                                       .arrays = 4,
                                       .bus_bits = 128,
                                       .weight_rows = 576,
                                       .feature_words = 24576,
                                       .stem_rows = 32,
                                       .stem_taps = 8,
                                       .block = 8,
                                       .stem_image_w = 512,
                                       .stem_map_w = 128,
                                       .records = 1024};
static const bonnet_geometry tiny = {.lanes = 16,
                                     .arrays = 1,
                                     .bus_bits = 64,
                                     .weight_rows = 256,
                                     .feature_words = 4096,
                                     .stem_rows = 64,
                                     .stem_taps = 8,
                                     .block = 8,
                                     .stem_image_w = 64,
                                     .stem_map_w = 32,
                                     .records = 1024};
static const bonnet_geometry small = {.lanes = 8,
                                      .arrays = 1,
                                      .bus_bits = 64,
                                      .weight_rows = 1024,
                                      .feature_words = 4096,
                                      .stem_rows = 128,
                                      .stem_taps = 8,
                                      .block = 8,
                                      .stem_image_w = 64,
                                      .stem_map_w = 32,
                                      .records = 512};

static const struct {
    const char *name;
    const bonnet_geometry *geometry;
    uint32_t mhz; /* nominal: that of the published synthesis, of what an iCE40 reaches, of the ZCU102's shell. sim/verilator says the same */
} named[] = {{"asic", &asic, 1000}, {"tiny", &tiny, 50}, {"small", &small, 50}, {"zcu102", &zcu102, 250}};

const bonnet_geometry *bonnet_geometry_named(const char *name)
{
    for (size_t i = 0; name && i < sizeof named / sizeof named[0]; i++)
        if (!strcmp(name, named[i].name)) return named[i].geometry;
    return NULL;
}

static int same(const bonnet_geometry *a, const bonnet_geometry *b)
{
    return a->lanes == b->lanes && a->arrays == b->arrays && a->bus_bits == b->bus_bits && a->weight_rows == b->weight_rows &&
           a->feature_words == b->feature_words && a->stem_rows == b->stem_rows && a->stem_taps == b->stem_taps && a->block == b->block &&
           a->stem_image_w == b->stem_image_w && a->stem_map_w == b->stem_map_w && a->records == b->records;
}

const char *bonnet_geometry_name(const bonnet_geometry *g)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (same(g, named[i].geometry)) return named[i].name;
    return "custom";
}

uint32_t bonnet_geometry_clock_hz(const bonnet_geometry *g)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (same(g, named[i].geometry)) return 1000000 * named[i].mhz;
    return 0;
}

int bonnet_geometry_sound(const bonnet_geometry *g)
{
    return (g->lanes == 8 || g->lanes == 16 || g->lanes == 32 || g->lanes == 64) && g->arrays >= 1 && g->arrays <= 15 &&
           (g->bus_bits == 64 || g->bus_bits == 128 || g->bus_bits == 256 || g->bus_bits == 512) && g->weight_rows >= 16 && g->weight_rows <= 65536 &&
           g->feature_words >= 64 && g->feature_words <= 65536 && g->feature_words % 4 == 0 && g->stem_rows >= 6 && g->stem_rows <= 256 &&
           g->stem_taps == 8 && g->block >= 1 && g->block <= 255 && g->stem_image_w >= 1 && g->stem_image_w <= 1023 && g->stem_map_w >= 1 &&
           g->stem_map_w <= 1023 && g->records >= 16 && g->records <= BONNET_JOB_MAX + 1;
}

void bonnet_job_free(bonnet_job *job)
{
    if (!job) return;
    free(job->layers);
    free(job->desc);
    free(job->pieces);
    free(job->rows);
    free(job);
}

/* The orders that jobs can express: stem, binary layers, last block, fully connected; or a segment's. */
static bonnet_status accept(const bonnet_net *net, const bonnet_geometry *g, bonnet_error *err)
{
    char why[256];
    const int part = bonnet_net_given(net) || bonnet_net_ends_in_bits(net);
    if (bonnet_net_given(net)) /* its map comes as it is: no image, no stem */
        return bonnet_net_check_segment(net, why, sizeof why) ? bonnet_fail(err, BONNET_EINVAL, "%s", why) : BONNET_OK;
    if ((part ? bonnet_net_check_part : bonnet_net_check)(net, why, sizeof why)) return bonnet_fail(err, BONNET_EINVAL, "%s", why);
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        if ((i == 0) != (l->kind == BONNET_LAYER_STEM) || (!part && (i == net->n_layers - 1) != (l->kind == BONNET_LAYER_FC)))
            return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: a job starts with one stem and ends with one fully connected layer", l->name);
        if (l->in_w > 1023 || l->in_h > 1023)
            return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: %u x %u pixels, at most 1023 are possible", l->name, l->in_w, l->in_h);
    }
    const bonnet_layer *s = &net->layers[0];
    if (s->in_w > g->stem_image_w)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: the image is %u pixels wide, this chip takes %u", s->name, s->in_w, g->stem_image_w);
    if (s->out_w > g->stem_map_w)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: its map is %u pixels wide, this chip takes %u", s->name, s->out_w, g->stem_map_w);
    return BONNET_OK;
}

/* Each layer's place in the network and in the blob of rows. */
static bonnet_status count_rows(bonnet_job *job, lower_plan *plan, const bonnet_net *net, bonnet_error *err)
{
    const bonnet_geometry *g = &job->geometry;
    uint64_t row = 0;
    for (uint32_t i = 0; i < net->n_layers; i++) {
        const bonnet_layer *l = &net->layers[i];
        uint32_t tile_rows = lower_tile_rows(net, i), rows = lower_tiles(net, i, g) * tile_rows;
        job->layers[i] = (bonnet_job_layer){.kind = l->kind,
                                            .in = l->in.map,
                                            .res = l->res.map,
                                            .pass = l->pass.map,
                                            .in_first = l->in.first,
                                            .res_first = l->res.first,
                                            .pass_first = l->pass.first,
                                            .in_c = l->in_c,
                                            .conv_c = l->conv_c,
                                            .out_c = l->out_c,
                                            .out_h = l->out_h,
                                            .out_w = l->out_w,
                                            .row = (uint32_t)row,
                                            .rows = rows,
                                            .tile_rows = tile_rows};
        row += rows;
        if (i && tile_rows > g->weight_rows)
            return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: %u rows of weights must be in the weight buffer at once, it has %u", l->name, tile_rows,
                               g->weight_rows);
    }
    plan->stem_rows = lower_tile_rows(net, 0);
    plan->stem_passes = bonnet_net_given(net) ? 0 : lower_tiles(net, 0, g);
    plan->stem_reload = plan->stem_rows * plan->stem_passes > g->stem_rows;
    if (plan->stem_rows > g->stem_rows)
        return bonnet_fail(err, BONNET_EUNSUPPORTED, "%s: %u rows of parameters, this chip holds %u", net->layers[0].name, plan->stem_rows,
                           g->stem_rows);
    if (row * 8 * g->lanes > INT32_MAX) return bonnet_fail(err, BONNET_EUNSUPPORTED, "more than 2 GiB of weights");
    job->rows_bytes = (uint32_t)row * 8 * g->lanes;
    return BONNET_OK;
}

static bonnet_status finish(bonnet_job *job, lower_plan *plan, const bonnet_net *net, bonnet_error *err)
{
    bonnet_status st = lower_descriptors(job, plan, err);
    if (st != BONNET_OK) return st;
    lower_fill_rows(job, net);
    job->resident = plan->stream_rows == 0 && !plan->stem_reload;
    return bonnet_job_check(job, 3, err);
}

static bonnet_status build(bonnet_job *job, lower_plan *plan, const bonnet_net *net, bonnet_error *err)
{
    bonnet_status st = count_rows(job, plan, net, err);
    if (st != BONNET_OK) return st;
    job->rows = calloc(1, job->rows_bytes);
    job->desc = calloc(BONNET_JOB_MAX + 1, sizeof *job->desc);
    if (!job->rows || !job->desc) return bonnet_fail(err, BONNET_ENOMEM, "no memory for a job of %u bytes of rows", job->rows_bytes);
    lower_blocks(plan);
    st = lower_search(plan, err);
    if (st == BONNET_OK && !lower_tokens(plan)) { /* rare: with nothing resident every wait repeats from walk to walk */
        plan->no_resident = plan->stem_reload = 1;
        st = lower_search(plan, err);
        if (st == BONNET_OK && !lower_tokens(plan)) st = bonnet_fail(err, BONNET_EUNSUPPORTED, "no steady order of descriptors was found");
    }
    return st == BONNET_OK ? finish(job, plan, net, err) : st;
}

bonnet_status bonnet_lower(bonnet_job **out, const bonnet_net *net, const bonnet_geometry *geometry, const bonnet_lower_options *options,
                           bonnet_error *err)
{
    static const bonnet_lower_options defaults = {0};
    if (!options) options = &defaults;
    if (!out || !net || !geometry || !bonnet_geometry_sound(geometry))
        return bonnet_fail(err, BONNET_EINVAL, "no network, or a geometry that no chip has");
    if (options->batch > LOWER_MAX_BATCH)
        return bonnet_fail(err, BONNET_EINVAL, "a batch of %u frames; 1 to %d are possible", options->batch, LOWER_MAX_BATCH);
    if (bonnet_net_general(net))
        return bonnet_fail(err, BONNET_EUNSUPPORTED,
                           "a network of general layers is no job as a whole; bonnet_segments() finds what a chip runs of it");
    bonnet_status st = accept(net, geometry, err);
    if (st != BONNET_OK) return st;
    bonnet_job *job = calloc(1, sizeof *job);
    lower_plan *plan = calloc(1, sizeof *plan);
    if (!job || !plan || !(job->layers = calloc(net->n_layers, sizeof *job->layers))) {
        free(plan);
        free(job);
        return bonnet_fail(err, BONNET_ENOMEM, "no memory for a job");
    }
    job->geometry = *geometry;
    job->traced = options->traced != 0;
    job->batch = options->batch ? options->batch : 1;
    job->k = net->k;
    job->classes = net->classes;
    job->n_layers = net->n_layers;
    job->input_bytes = (uint32_t)bonnet_net_input_bytes(net);
    job->input_stride = (job->input_bytes + 63) & ~63u;
    job->output_bytes = (net->classes + 1) / 2 * 8;
    job->output_stride = (job->output_bytes + 63) & ~63u;
    *plan = (lower_plan){.net = net, .g = &job->geometry, .traced = job->traced, .batch = job->batch};
    st = build(job, plan, net, err);
    if (st == BONNET_OK) lower_explain(plan, job, options->explain, options->explain_bytes);
    lower_program_free(plan);
    free(plan);
    if (st != BONNET_OK) {
        bonnet_job_free(job);
        return st;
    }
    *out = job;
    return BONNET_OK;
}
