/* SPDX-License-Identifier: Apache-2.0 */
/* branches_test.c - each branch of a loaded network by itself, and the parts of the trunk between two exits. */
#include "exits_test.h"

int answers_make(subject *s)
{
    const bonnet_net *net = s->net;
    const size_t input = bonnet_net_input_bytes(net), classes = net->classes;
    uint64_t *maps[BONNET_MAX_LAYERS] = {NULL};
    int ok = 1;
    for (uint32_t i = 0; i < net->n_layers; i++) ok &= (maps[i] = calloc(bonnet_net_map_words(net, i) + 1, 8)) != NULL;
    for (uint32_t e = 0; e <= net->n_exits; e++) {
        const size_t words = e < net->n_exits ? bonnet_net_map_words(net, net->exits[e].layer) : 0;
        ok &= (s->maps[e] = malloc(8 * words * FRAMES + 1)) != NULL && (s->want[e] = malloc(FRAMES * classes * sizeof(int32_t))) != NULL;
    }
    for (uint32_t f = 0; f < FRAMES && ok; f++) {
        ok = bonnet_golden_run(net, s->pixels + f * input, maps, s->want[net->n_exits] + f * classes, NULL, NULL) == BONNET_OK;
        for (uint32_t e = 0; e < net->n_exits && ok; e++) {
            const size_t bytes = 8 * bonnet_net_map_words(net, net->exits[e].layer);
            uint8_t *map = s->maps[e] + f * bytes;
            for (size_t i = 0; i < bytes; i++) map[i] = (uint8_t)(maps[net->exits[e].layer][i / 8] >> 8 * (i % 8));
            ok = bonnet_golden_run(net->exits[e].branch, map, NULL, s->want[e] + f * classes, NULL, NULL) == BONNET_OK;
        }
    }
    for (uint32_t i = 0; i < net->n_layers; i++) free(maps[i]);
    return ok ? 1 : (printf("exits: golden cannot run the network\n"), 0);
}

static int said(const device *d, const char *what) { return printf("exits: %s: %s\n", what, bonnet_last_error(d->dev)), 0; }

/* A part that a small chip has no room for is refused, in one line, and that is all right. */
static int no_room(device *d, bonnet_status status)
{
    if (status != BONNET_EUNSUPPORTED || !*bonnet_last_error(d->dev) || strchr(bonnet_last_error(d->dev), '\n')) return 0;
    d->refused++;
    return 1;
}

/* Exit `e` by itself: what the library says of it, and the logits that its branch makes of golden's maps. */
static int branch_check(device *d, const subject *s, const bonnet_model *model, uint32_t e)
{
    const bonnet_net_exit *made = &s->net->exits[e];
    const size_t numbers = FRAMES * (size_t)s->net->classes;
    bonnet_exit x;
    bonnet_cut cut;
    bonnet_model *branch = NULL;
    if (bonnet_exit_get(&x, model, e) != BONNET_OK || bonnet_cut_get(&cut, model, x.cut) != BONNET_OK) return said(d, "an exit is lost");
    if (strcmp(x.name, made->name) || x.layer != made->layer || cut.layer != made->layer || x.layers != made->branch->n_layers - 1 ||
        x.logit_scale != made->branch->logit_scale)
        return said(d, "an exit is another one");
    bonnet_status status = bonnet_model_branch(&branch, model, e);
    if (status != BONNET_OK) return no_room(d, status) || said(d, "bonnet_model_branch");
    int ok = bonnet_model_input_bytes(branch) == cut.bytes;
    int32_t *got = malloc(numbers * sizeof *got);
    status = got && ok ? bonnet_run_batch(NULL, got, d->dev, branch, s->maps[e], FRAMES) : BONNET_ENOMEM;
    if (status != BONNET_OK) ok = said(d, "the branch does not run");
    for (size_t i = 0; i < numbers && ok; i++)
        if (got[i] != s->want[e][i]) {
            printf("exits: exit '%s', image %zu, logit %zu: wanted %d, got %d\n", x.name, i / s->net->classes, i % s->net->classes, s->want[e][i],
                   got[i]);
            ok = 0;
        }
    d->branches += (uint32_t)ok;
    free(got);
    bonnet_model_free(branch);
    return ok;
}

/* The trunk between the cuts of two exits: golden's maps of the one become golden's maps of the other. */
static int part_check(device *d, const subject *s, const bonnet_model *model, uint32_t from, uint32_t to)
{
    bonnet_exit a, b;
    bonnet_cut cut;
    bonnet_model *part = NULL;
    if (bonnet_exit_get(&a, model, from) != BONNET_OK || bonnet_exit_get(&b, model, to) != BONNET_OK ||
        bonnet_cut_get(&cut, model, b.cut) != BONNET_OK)
        return said(d, "an exit is lost");
    bonnet_status status = bonnet_model_part(&part, model, a.cut, b.cut);
    if (a.cut >= b.cut) return status == BONNET_EINVAL || said(d, "a part of nothing");
    if (status != BONNET_OK) return no_room(d, status) || said(d, "bonnet_model_part");
    uint8_t *got = malloc(cut.bytes * FRAMES);
    status = got ? bonnet_run_head(got, d->dev, part, s->maps[from], FRAMES) : BONNET_ENOMEM;
    int ok = status == BONNET_OK || said(d, "a part does not run");
    if (ok && memcmp(got, s->maps[to], cut.bytes * FRAMES) != 0) {
        printf("exits: from '%s' to '%s' other maps than golden's\n", a.name, b.name);
        ok = 0;
    }
    free(got);
    bonnet_model_free(part);
    return ok;
}

int device_check(device *d, subject *s)
{
    bonnet_model *model = NULL, *none = NULL;
    bonnet_exit x;
    bonnet_status status = bonnet_model_load_memory(&model, d->dev, s->bytes, s->size);
    if (status != BONNET_OK) return no_room(d, status) || said(d, "load");
    int ok = 1, refused = 0;
    s->rng.state = s->seed; /* the same settings on every device, and in a replay */
    for (uint32_t e = 0; e < s->net->n_exits && ok; e++) ok = branch_check(d, s, model, e);
    for (uint32_t e = 0; e + 1 < s->net->n_exits && ok; e++) ok = part_check(d, s, model, e, e + 1);
    if (ok && (bonnet_exit_get(&x, model, s->net->n_exits) != BONNET_EINVAL || bonnet_model_branch(&none, model, s->net->n_exits) != BONNET_EINVAL))
        ok = said(d, "an exit too many");
    ok = ok && stages_check(d, s, model, &refused) && streams_check(d, s, model, &refused);
    d->refused += (uint32_t)refused;
    bonnet_model_free(model);
    return ok;
}
