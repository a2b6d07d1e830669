/* SPDX-License-Identifier: Apache-2.0 */
/* stages_test.c - bonnet_exits_run() against the same done one image after the other, on golden's logits. */
#include "exits_test.h"

/* One setting of the runner, and what it should say. */
typedef struct setting {
    double thresholds[MOST_EXITS], temperatures[MOST_EXITS + 1];
    bonnet_exits_options o;
    uint32_t exit[FRAMES];
    double confidence[FRAMES];
} setting;

static double temperature(const subject *s, const setting *t, uint32_t e)
{
    if (t->o.temperatures) return t->temperatures[e];
    return 1 / (e < s->net->n_exits ? s->net->exits[e].branch->logit_scale : s->net->logit_scale);
}

static double confidence(const subject *s, const setting *t, uint32_t e, uint32_t f)
{
    double c = -1;
    if (bonnet_confidence_get(&c, t->o.confidence, s->want[e] + (size_t)f * s->net->classes, s->net->classes, temperature(s, t, e)) != BONNET_OK)
        exit(1);
    return c;
}

/* The first exit in use that is sure enough. */
static void expect(const subject *s, setting *t)
{
    for (uint32_t f = 0; f < FRAMES; f++) {
        uint32_t e = 0;
        for (; e < s->net->n_exits; e++)
            if (t->o.thresholds && t->thresholds[e] != HUGE_VAL && confidence(s, t, e, f) >= t->thresholds[e]) break;
        t->exit[f] = e;
        t->confidence[f] = confidence(s, t, e, f);
    }
}

enum { NONE, NEVER, ALWAYS_FIRST, ALWAYS_LAST, MIXED, SETTINGS = 9 };

/* Of mixed ones: an exit is out of use, takes everybody, or parts the images at the confidence of one of them. */
static void draw(subject *s, setting *t, int which)
{
    bonnet_rng *r = &s->rng;
    const uint32_t n = s->net->n_exits;
    *t = (setting){.o = BONNET_EXITS_OPTIONS_INIT};
    t->o.count = n;
    t->o.confidence = bonnet_rng_below(r, 3);
    if (which != NONE) t->o.thresholds = t->thresholds;
    if (bonnet_rng_chance(r, 50)) t->o.temperatures = t->temperatures;
    for (uint32_t e = 0; e <= n; e++) t->temperatures[e] = 1 + bonnet_rng_below(r, 1000000);
    for (uint32_t e = 0; e < n; e++) {
        const uint32_t how = bonnet_rng_below(r, 10);
        t->thresholds[e] = which == NEVER                                                          ? HUGE_VAL
                           : (which == ALWAYS_FIRST && !e) || (which == ALWAYS_LAST && e + 1 == n) ? 0
                           : which < MIXED || how == 0                                             ? HUGE_VAL
                           : how == 1                                                              ? 0
                                                                                                   : confidence(s, t, e, bonnet_rng_below(r, FRAMES));
    }
    expect(s, t);
}

static int answers_check(const subject *s, const setting *t, const bonnet_exit_result *got, const int32_t *logits)
{
    const uint32_t classes = s->net->classes;
    for (uint32_t f = 0; f < FRAMES; f++) {
        const int32_t *want = s->want[t->exit[f]] + (size_t)f * classes;
        uint32_t label = 0;
        double sum = 0, scale = t->exit[f] < s->net->n_exits ? s->net->exits[t->exit[f]].branch->logit_scale : s->net->logit_scale;
        for (uint32_t i = 1; i < classes; i++)
            if (want[i] > want[label]) label = i;
        for (uint32_t i = 0; i < classes; i++) sum += exp(scale * ((double)want[i] - want[label]));
        if (got[f].exit != t->exit[f] || got[f].confidence != t->confidence[f] || got[f].result.label != label ||
            got[f].result.logit != want[label] || fabs(got[f].result.score - 1 / sum) > 1e-9 ||
            memcmp(logits + (size_t)f * classes, want, classes * sizeof *want) != 0)
            return printf("exits: image %u: exit %u with confidence %.17g and label %u, wanted %u, %.17g, %u, and these logits\n", f, got[f].exit,
                          got[f].confidence, got[f].result.label, t->exit[f], t->confidence[f], label),
                   0;
    }
    return 1;
}

/* Every stage counts who came and who left, of `runs` calls with the same images. */
static int counts_check(device *d, const setting *t, const bonnet_exits *x, uint64_t runs)
{
    bonnet_exit_stage stage;
    uint64_t came = FRAMES * runs, left_all = 0;
    for (uint32_t i = 0; bonnet_exits_stage_get(&stage, x, i) == BONNET_OK; i++) {
        uint64_t leave = 0;
        for (uint32_t f = 0; f < FRAMES; f++) leave += t->exit[f] == stage.exit ? runs : 0;
        if (stage.frames != came || stage.left != leave || (came && !stage.macs && !strncmp(d->uri, "cpu", 3)))
            return printf("exits: stage '%s': %llu came and %llu left, wanted %llu and %llu\n", stage.name, (unsigned long long)stage.frames,
                          (unsigned long long)stage.left, (unsigned long long)came, (unsigned long long)leave),
                   0;
        came -= leave, left_all += leave;
        if (stage.exit < t->o.count) d->left_early += leave;
    }
    return left_all == FRAMES * runs || (printf("exits: images are lost between the stages\n"), 0);
}

static int setting_check(device *d, const subject *s, const bonnet_model *model, const setting *t, int *refused)
{
    const uint32_t classes = s->net->classes, half = FRAMES / 2;
    const size_t input = bonnet_model_input_bytes(model);
    bonnet_exits *x = NULL;
    bonnet_exit_result got[FRAMES];
    int32_t *logits = malloc((size_t)FRAMES * classes * sizeof *logits);
    bonnet_status status = logits ? bonnet_exits_open(&x, model, &t->o) : BONNET_ENOMEM;
    int ok = status == BONNET_OK;
    if (status == BONNET_EUNSUPPORTED) *refused += 1;
    else if (ok) {
        status = bonnet_exits_run(got, logits, x, s->pixels, FRAMES);
        ok = status == BONNET_OK && answers_check(s, t, got, logits) && counts_check(d, t, x, 1);
        memset(got, 0, sizeof got), memset(logits, 0, (size_t)FRAMES * classes * sizeof *logits);
        /* and in two calls, of which nothing may stay from one to the other */
        if (ok) status = bonnet_exits_run(got, logits, x, s->pixels, half);
        if (ok && status == BONNET_OK)
            status = bonnet_exits_run(got + half, logits + (size_t)half * classes, x, s->pixels + half * input, FRAMES - half);
        ok = ok && status == BONNET_OK && answers_check(s, t, got, logits) && counts_check(d, t, x, 2);
    }
    if (status != BONNET_OK && status != BONNET_EUNSUPPORTED) {
        printf("exits: status %d: %s\n", status, bonnet_last_error(d->dev));
        ok = 0;
    }
    d->runs += (uint32_t)(ok && x);
    bonnet_exits_close(x);
    free(logits);
    return ok || status == BONNET_EUNSUPPORTED;
}

/* What is wrong is refused, and nothing is handed out. */
static int refusals_check(device *d, subject *s, const bonnet_model *model)
{
    setting t;
    for (int i = 0; i < 7; i++) {
        draw(s, &t, NEVER);
        bonnet_exits *x = NULL;
        if (i == 0) t.o.count++;
        if (i == 1) t.o.confidence = 3;
        if (i == 2) t.o.temperatures = t.temperatures, t.temperatures[t.o.count] = 0;
        if (i == 3) t.o.temperatures = t.temperatures, t.temperatures[0] = NAN;
        if (i == 4) t.thresholds[0] = NAN;
        if (i == 5) t.thresholds[0] = -1;
        if (i == 6) t.o.size = 1;
        if (!s->net->n_exits && (i == 4 || i == 5)) continue;
        if (bonnet_exits_open(&x, model, &t.o) != BONNET_EINVAL || x || !*bonnet_last_error(d->dev))
            return printf("exits: bad option %d is taken\n", i), 0;
    }
    return 1;
}

int stages_check(device *d, subject *s, const bonnet_model *model, int *refused)
{
    setting t;
    if (s->net->classes < 2) { /* nothing to be sure of */
        const bonnet_exits_options o = {sizeof o, NULL, NULL, s->net->n_exits, 0};
        bonnet_exits *x = NULL;
        return bonnet_exits_open(&x, model, &o) == BONNET_EINVAL || (printf("exits: one class is taken\n"), 0);
    }
    for (int which = 0; which < SETTINGS; which++) {
        draw(s, &t, which);
        if (!d->quick && which < SETTINGS - 2) continue;
        if (!setting_check(d, s, model, &t, refused)) return printf("exits: setting %d, confidence %u\n", which, t.o.confidence), 0;
    }
    return refusals_check(d, s, model);
}
