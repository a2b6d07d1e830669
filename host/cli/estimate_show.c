/* SPDX-License-Identifier: Apache-2.0 */
/* estimate_show.c - bonnet estimate with --platform: the table, the JSON, the profile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "estimate.h"
#include "netlayers.h"

static void print_row(const estimate_modelled *m, uint32_t i)
{
    const cli_profile_layer *l = &m->profile.layers[i];
    const estimate_row *r = &m->rows[i];
    char shape[48];
    snprintf(shape, sizeof shape, "%u->%ux%ux%u", r->shape.c_in, r->shape.c_out, r->shape.h_out, r->shape.w_out);
    printf("%-24s %-10s %-18s ", l->name, l->kind, shape);
    if (r->into != i) {
        printf("in %s\n", m->profile.layers[r->into].name);
        return;
    }
    printf("%14.0f %12.0f %10.4f %10.4f %10.4f", r->work.ops, r->work.bytes, l->cost.ms, l->cost.ms_lo, l->cost.ms_hi);
    if (l->cost.mj >= 0) printf(" %10.4f\n", l->cost.mj);
    else printf(" %10s\n", "-");
}

static int print_table(const estimate_modelled *m, const cli_platform *p)
{
    const bonnet_cost *c = &m->profile.whole;
    printf("%-24s %-10s %-18s %14s %12s %10s %10s %10s %10s\n", "layer", "kind", "in -> out", "ops", "bytes", "ms", "from", "to", "mJ");
    for (uint32_t i = 0; i < m->profile.n_layers; i++) print_row(m, i);
    if (p->start_ms > 0) printf("%-24s %-10s %-18s %14s %12s %10.4f\n", "each start", "", "", "", "", p->start_ms);
    for (uint32_t i = 0; i < m->profile.n_branches; i++) {
        const cli_profile_branch *b = &m->profile.branches[i];
        printf("%-24s %-10s %-18s %14s %12s %10.4f %10.4f %10.4f behind %s\n", b->name, "branch", "", "", "", b->cost.ms, b->cost.ms_lo,
               b->cost.ms_hi, b->behind);
    }
    printf("%s on %s: %.3f ms, from %.3f to %.3f", m->profile.network, p->name, c->ms, c->ms_lo, c->ms_hi);
    if (c->mj >= 0) printf("; %.3f mJ", c->mj);
    printf("; estimated by its models, nothing was run\n");
    if (*p->source) printf("models: %s\n", p->source);
    return cli_finish_stdout();
}

static int print_json(const estimate_modelled *m, const cli_platform *p)
{
    struct json_object *j = json_object_new_object(), *layers = json_object_new_array(), *totals = json_object_new_object();
    for (uint32_t i = 0; i < m->profile.n_layers; i++) {
        const cli_profile_layer *l = &m->profile.layers[i];
        const estimate_row *r = &m->rows[i];
        struct json_object *o = json_object_new_object();
        json_object_object_add(o, "name", json_object_new_string(l->name));
        json_object_object_add(o, "kind", json_object_new_string(l->kind));
        if (r->into != i) json_object_object_add(o, "within", json_object_new_string(m->profile.layers[r->into].name));
        json_object_object_add(o, "ops", json_object_new_double(r->work.ops));
        json_object_object_add(o, "weights", json_object_new_double(r->work.weights));
        json_object_object_add(o, "bytes", json_object_new_double(r->work.bytes));
        cli_cost_json(o, &l->cost);
        json_object_array_add(layers, o);
    }
    json_object_object_add(j, "model", json_object_new_string(m->profile.network));
    json_object_object_add(j, "platform", json_object_new_string(p->name));
    json_object_object_add(j, "source", json_object_new_string(cli_profile_source_name(m->profile.source)));
    json_object_object_add(j, "start_ms", cli_json_number(p->start_ms));
    json_object_object_add(j, "layers", layers);
    json_object_object_add(j, "branches", cli_branches_json(&m->profile));
    cli_cost_json(totals, &m->profile.whole);
    json_object_object_add(j, "totals", totals);
    return cli_print_json(j);
}

int estimate_by_platform(const estimate_line *l)
{
    const char *path = l->o.argv[0];
    cli_session s = {0};
    estimate_modelled m = {.rows = NULL};
    if (l->o.geometry || l->cpu || l->o.batch || l->o.clock_mhz || l->o.limit != 1)
        return cli_fail(CLI_USAGE, "estimate: --geometry, --frames, --batch, --clock-mhz and --cpu are of the chip, not of a --platform");
    cli_platform *p = calloc(1, sizeof *p);
    if (!p) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory");
    int code = cli_platform_read(p, l->platform);
    if (code == CLI_OK && cli_is_json(path)) code = estimate_net(&m, path, p, l->platform);
    else if (code == CLI_OK) {
        code = cli_open(&s, &l->o, path);
        if (code == CLI_OK) code = estimate_layers(&m, &s, p, l->platform);
    }
    if (code == CLI_OK && l->o.output) code = cli_profile_write(&m.profile, l->o.output);
    if (code == CLI_OK) code = l->o.json ? print_json(&m, p) : print_table(&m, p);
    estimate_modelled_free(&m);
    cli_close(&s);
    cli_platform_free(p);
    free(p);
    return code;
}
