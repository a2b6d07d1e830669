/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events_test - buffer accesses counted from descriptors, against the network: random nets of both geometries. Every bit of every map is written once,
 * every weight row of a layer is read, the array's reads follow from its multiply-accumulates, and no span leaves its buffer.
 */
#include "../conform/net_build.h"
#include "regdev.h"
#include "unit.h"

typedef struct sums {
    uint64_t written, read, weight_read, rows;
} sums;

static int inside(bonnet_span s, uint32_t size) { return s.count <= size && s.first <= size - s.count; }

static uint64_t map_bits(const bonnet_net *net, uint32_t i, uint32_t lanes)
{
    const bonnet_layer *l = &net->layers[i];
    if (l->kind == BONNET_LAYER_LAST) return (uint64_t)l->out_c * 16;
    if (l->kind == BONNET_LAYER_FC) return (l->out_c + lanes - 1) / lanes * lanes * 32ull;
    return bonnet_net_map_words(net, i) * 64;
}

/* Row reads that the operands of the post-processing need at least: their bits, once. */
static uint64_t operand_bits(const bonnet_net *net, uint32_t i)
{
    const bonnet_layer *l = &net->layers[i];
    const uint64_t pixels = (uint64_t)l->out_h * l->out_w * net->k;
    if (l->kind == BONNET_LAYER_LAST) return pixels * l->conv_c;
    if (l->kind != BONNET_LAYER_CONV || l->post == BONNET_POST_STORE) return 0;
    return pixels * l->conv_c * (l->post == BONNET_POST_INTERLEAVE ? 2 : 1);
}

/* Words that the array walks: MACs of the positions that are computed (a pool drops the odd row and column), 64 by lanes at a time. */
static uint64_t walked(const bonnet_net *net, uint32_t i, uint32_t lanes)
{
    const bonnet_layer *l = &net->layers[i];
    if (l->kind != BONNET_LAYER_DOWN) return bonnet_net_macs(net, i) / (lanes * 64ull);
    return (uint64_t)l->out_h * l->out_w * (l->pool ? 4 : 1) * (l->conv_c / lanes) * (l->in_c / 64) * net->k;
}

static void check_layer(unit *u, const bonnet_net *net, const bonnet_job *job, uint32_t i, const sums *s, const char *label)
{
    const bonnet_layer *l = &net->layers[i];
    const uint64_t row = job->geometry.lanes * 64ull, window = walked(net, i, job->geometry.lanes) * 256;
    int binary = l->kind == BONNET_LAYER_CONV || l->kind == BONNET_LAYER_DOWN || l->kind == BONNET_LAYER_LAST;
    const uint64_t map = map_bits(net, i, job->geometry.lanes); /* four ordered slices are three words */
    int good = s->written == map || (net->k == 4 && s->written == map / 4 * 3);
    if (binary) /* port B fetches 256 bits for what may be a quarter of a word of one slice */
        good = good && s->read >= window + operand_bits(net, i) && s->read <= window + 16 * 16 * operand_bits(net, i);
    if (l->kind != BONNET_LAYER_STEM) good = good && s->rows >= job->layers[i].rows && s->weight_read >= s->rows * row;
    if (binary) good = good && s->weight_read >= walked(net, i, job->geometry.lanes) / job->geometry.block * row;
    UNIT(u, good, label, "layer %u (kind %d): written %llu of %llu, read %llu, window %llu, rows %llu of %u", i, (int)l->kind,
         (unsigned long long)s->written, (unsigned long long)map_bits(net, i, job->geometry.lanes), (unsigned long long)s->read,
         (unsigned long long)window, (unsigned long long)s->rows, job->layers[i].rows);
}

static void one_net(unit *u, uint64_t seed, const char *geometry)
{
    static const uint32_t record[BONNET_RECORD_WORDS];
    char label[96];
    const bonnet_room *room = !strcmp(geometry, "tiny") ? &bonnet_room_tiny : &bonnet_room_asic;
    bonnet_net *net = bonnet_random_net(seed, room, 0);
    bonnet_job *job = NULL;
    bonnet_error err = {""};
    sums total[BONNET_MAX_LAYERS] = {{0}};
    snprintf(label, sizeof label, "net %llu %s", (unsigned long long)seed, geometry);
    bonnet_status st = net ? bonnet_lower(&job, net, bonnet_geometry_named(geometry), 0, &err) : BONNET_ENOMEM;
    UNIT(u, st == BONNET_OK, label, "status %d: %s", st, err.text);
    int spans = 1;
    for (uint32_t i = 1; st == BONNET_OK && i < job->n_desc; i++) {
        bonnet_event e;
        bonnet_regdev_event(&e, job->desc[i], record, 64, &job->geometry);
        spans = spans && inside(e.feature_written, job->geometry.feature_words) && inside(e.weight_read, job->geometry.weight_rows) &&
                inside(e.weight_written, job->geometry.weight_rows);
        for (int n = 0; n < 3; n++) spans = spans && inside(e.feature_read[n], job->geometry.feature_words);
        if (!strcmp(e.unit, "load") || !strcmp(e.unit, "store")) continue;
        total[e.layer].written += e.feature_bits_written;
        total[e.layer].read += e.feature_bits_read;
        total[e.layer].weight_read += e.weight_bits_read;
        total[e.layer].rows += e.weight_read.count;
    }
    for (uint32_t i = 0; st == BONNET_OK && i < net->n_layers; i++) check_layer(u, net, job, i, &total[i], label);
    UNIT(u, spans, label, "a span leaves its buffer");
    bonnet_job_free(job);
    bonnet_net_free(net);
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "events", 1, 40);
    for (uint32_t i = 0; i < u.cases; i++) one_net(&u, u.seed + i, i % 2 ? "tiny" : "asic");
    return unit_end(&u);
}
