/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outputs_test.c - graphs with several outputs (host/compiler/onnx_outputs.c, onnx_exits.c): each exit computes what the graph says, and what is no exit is
 * refused in one line. Run under ASan and UBSan.
 */
#include "golden/golden.h"
#include "make_onnx.h"
#include "onnx.h"

/* ---- several outputs ----------------------------------------------------------------------------------------------- */

/* Exit by exit: the branch, on golden's map of its cut, gives what the graph gives at that output. */
static int exits_agree(uint64_t seed, uint32_t *exits, uint32_t *interleaved)
{
    make_onnx m;
    bonnet_net *net = NULL;
    bonnet_error err = {""};
    size_t size;
    make_start(&m, seed);
    m.with_exits = 1;
    make_network(&m);
    uint8_t *bytes = make_bytes(&m, &size);
    uint64_t *maps[BONNET_MAX_LAYERS] = {NULL};
    int same = bonnet_onnx_import(&net, bytes, size, NULL, &err) == BONNET_OK && net->n_exits == m.n_exits;
    if (!same) printf("      seed %llu: %s\n", (unsigned long long)seed, err.text);
    uint8_t image[3 * 32 * 32];
    double real[3 * 32 * 32], want[BONNET_MAX_CLASSES];
    int32_t got[BONNET_MAX_CLASSES];
    for (size_t i = 0; i < (size_t)m.planes * m.h * m.w; i++) {
        image[i] = (uint8_t)unit_random(&m.u);
        real[i % m.planes * m.h * m.w + i / m.planes] = m.is_signed ? (int8_t)image[i] : image[i];
    }
    for (uint32_t i = 0; same && i < net->n_layers; i++)
        if (!(maps[i] = calloc(bonnet_net_map_words(net, i), 8))) exit(1);
    same = same && make_evaluate(&m, real, "logits", want, m.classes) && bonnet_golden_run(net, image, maps, got, NULL, NULL) == BONNET_OK;
    for (uint32_t i = 0; same && i < m.classes; i++) same = want[i] == got[i];
    if (net && !same) printf("      seed %llu: the network itself differs\n", (unsigned long long)seed);
    for (uint32_t e = 0; same && e < net->n_exits; e++) {
        const bonnet_net_exit *x = &net->exits[e];
        const size_t words = bonnet_net_map_words(net, x->layer);
        uint8_t *map = malloc(8 * words);
        if (!map) exit(1);
        for (size_t i = 0; i < 8 * words; i++) map[i] = (uint8_t)(maps[x->layer][i / 8] >> 8 * (i % 8));
        same = !strcmp(x->name, m.exits[e]) && make_evaluate(&m, real, x->name, want, m.classes) &&
               bonnet_golden_run(x->branch, map, NULL, got, NULL, NULL) == BONNET_OK;
        for (uint32_t i = 0; same && i < m.classes; i++) same = want[i] == got[i];
        if (!same) printf("      seed %llu: exit '%s' differs\n", (unsigned long long)seed, x->name);
        *interleaved += net->layers[x->layer].post == BONNET_POST_INTERLEAVE;
        ++*exits;
        free(map);
    }
    free(bytes);
    for (uint32_t i = 0; net && i < net->n_layers; i++) free(maps[i]);
    bonnet_net_free(net);
    make_end(&m);
    return same;
}

static void random_exits(unit *u)
{
    uint32_t exits = 0, interleaved = 0;
    unsigned differ = 0;
    for (uint32_t i = 0; i < u->cases; i++) differ += !exits_agree(u->seed * 1000 + i, &exits, &interleaved);
    printf("      %u graphs with %u exits, %u behind an interleave\n", u->cases, exits, interleaved);
    UNIT(u, !differ && (u->cases < 24 || (exits >= u->cases / 2 && interleaved)), "every exit of a graph is a branch that equals it",
         "%u of %u graphs differ", differ, u->cases);
}

/* ---- what does not fit --------------------------------------------------------------------------------------------- */

typedef void spoil(make_onnx *m);
static void bad_fork(make_onnx *m) { make_exit(m, "early", "b0.xnor", 64, 4, 4, 1); }
static void bad_exit_name(make_onnx *m) { make_exit(m, "final", "stem.slices", 64, 4, 4, 1); }
static void bad_final(make_onnx *m) { make_exit(m, "early", "stem.slices", 64, 4, 4, 1), m->final = "late"; }
static void bad_exit_twice(make_onnx *m) { m->exits[m->n_exits++] = make_node(m, "Identity", "again", 1, (const char *[]){"logits"})->output[0]; }
static void bad_exit_classes(make_onnx *m)
{
    m->classes++;
    make_exit(m, "early", "stem.slices", 64, 4, 4, 1);
    m->classes--;
}
static void bad_exit_features(make_onnx *m) { m->exits[m->n_exits++] = "b0.or"; }

static void refusals(unit *u)
{
    static const struct {
        const char *what;
        spoil *spoil;
        bonnet_status want;
        const char *says;
    } table[] = {
        {"an exit in the middle of a block", bad_fork, BONNET_EUNSUPPORTED,
         "'early' branches off behind 'b0.conv1', where more than one map is still read; let it read 'stem.conv' or 'b0.conv2' alone"},
        {"an exit of a name that is taken", bad_exit_name, BONNET_EUNSUPPORTED, "exit 'final': the name is taken"},
        {"metadata that name no output", bad_final, BONNET_EFORMAT, "'bonnet.final' names none"},
        {"the logits twice", bad_exit_twice, BONNET_EUNSUPPORTED, "again; leave it out"},
        {"an exit with other classes", bad_exit_classes, BONNET_EUNSUPPORTED, "'early' has 3 classes, 'logits' has 2"},
        {"an output that is a map", bad_exit_features, BONNET_EUNSUPPORTED, "output 'b0.or': ONNX: the output is a binary map, not the logits"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        make_onnx m;
        bonnet_net *net = NULL;
        bonnet_error err = {""};
        size_t size;
        make_start(&m, u->seed);
        m.plain = 1;
        make_network(&m);
        table[i].spoil(&m);
        uint8_t *bytes = make_bytes(&m, &size);
        bonnet_status status = bonnet_onnx_import(&net, bytes, size, NULL, &err);
        UNIT(u, status == table[i].want && !strchr(err.text, '\n') && strstr(err.text, table[i].says) && !net, table[i].what, "status %d: %s", status,
             err.text);
        bonnet_net_free(net);
        free(bytes);
        make_end(&m);
    }
}

/* Which output is the network's own: the one with most work, or the one that metadata name. */
static void finals(unit *u)
{
    for (int named = 0; named < 2; named++) {
        make_onnx m;
        bonnet_net *net = NULL;
        bonnet_error err = {""};
        size_t size;
        make_start(&m, u->seed);
        m.plain = 1;
        make_network(&m);
        make_exit(&m, "early", "stem.slices", 64, 4, 4, 1);
        if (named) m.final = "early";
        uint8_t *bytes = make_bytes(&m, &size);
        const bonnet_status status = bonnet_onnx_import(&net, bytes, size, NULL, &err);
        UNIT(u, status == BONNET_OK && net->n_exits == 1 && !strcmp(net->exits[0].name, named ? "logits" : "early") && !net->exits[0].layer,
             named ? "the network's own output is the one that metadata name" : "the network's own output is the one with most work", "%s", err.text);
        bonnet_net_free(net);
        free(bytes);
        make_end(&m);
    }
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "outputs", 1, 24);
    refusals(&u);
    finals(&u);
    random_exits(&u);
    return unit_end(&u);
}
