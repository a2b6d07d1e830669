/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate.c - thresholds chosen on some samples and judged on others: those that choose are flattered by what they chose. */
#include "calibrate.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t next(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Samples of one part, contiguous. */
typedef struct part {
    size_t samples;
    int32_t *logits[BONNET_EXITS_MAX];
    uint16_t *labels;
    double *confidence[BONNET_EXITS_MAX];
    uint8_t *right[BONNET_EXITS_MAX];
    bonnet_exit_samples exit[BONNET_EXITS_MAX];
} part;

static void part_free(part *p)
{
    for (uint32_t e = 0; e < BONNET_EXITS_MAX; e++) free(p->logits[e]), free(p->confidence[e]), free(p->right[e]);
    free(p->labels);
}

/* The samples that order[0 .. samples) names; NULL: all in turn. */
static int part_take(part *p, const cli_logits *l, const uint32_t *order, size_t samples)
{
    const size_t row = l->classes * sizeof(int32_t);
    p->samples = samples;
    p->labels = malloc(samples * sizeof *p->labels);
    bool room = p->labels;
    for (uint32_t e = 0; e < l->exits && room; e++) {
        p->logits[e] = malloc(samples * row);
        p->confidence[e] = malloc(samples * sizeof **p->confidence);
        p->right[e] = malloc(samples);
        p->exit[e] = (bonnet_exit_samples){p->confidence[e], p->right[e]};
        room = p->logits[e] && p->confidence[e] && p->right[e];
    }
    if (!room) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %zu samples", samples);
    for (size_t s = 0; s < samples; s++) {
        const size_t from = order ? order[s] : s;
        p->labels[s] = l->labels[from];
        for (uint32_t e = 0; e < l->exits; e++) {
            int32_t *to = p->logits[e] + s * l->classes;
            memcpy(to, l->logits[e] + from * l->classes, row);
            uint32_t best = 0; /* ties: the lowest, as bonnet_result.label */
            for (uint32_t c = 1; c < l->classes; c++) best = to[c] > to[best] ? c : best;
            p->right[e][s] = best == p->labels[s];
        }
    }
    return CLI_OK;
}

static int part_confidence(part *p, const cli_logits *l, const cli_exits_file *f)
{
    for (uint32_t e = 0; e < l->exits; e++)
        for (size_t s = 0; s < p->samples; s++) {
            const bonnet_status status =
                bonnet_confidence_get(&p->confidence[e][s], f->confidence, p->logits[e] + s * l->classes, l->classes, f->temperature[e]);
            if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "%s: exit %s: no confidence of sample %zu", l->path, l->name[e], s);
        }
    return CLI_OK;
}

/* As the file shows it: what is tried is what is read back. */
static double six_digits(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.5e", value);
    return strtod(text, NULL);
}

/* Fitted on one part, its errors looked at on the other. A fit from the fitted one says what that is worth there. */
static int temperatures(calibrate_result *r, const cli_logits *l, const part *choose, const part *judge)
{
    for (uint32_t e = 0; e < l->exits; e++) {
        bonnet_temperature fit = {.temperature = 1}, there, before;
        bonnet_status status = bonnet_temperature_fit(&fit, choose->logits[e], choose->labels, choose->samples, l->classes, r->from[e]);
        fit.temperature = six_digits(fit.temperature);
        if (status == BONNET_OK)
            status = bonnet_temperature_fit(&there, judge->logits[e], judge->labels, judge->samples, l->classes, fit.temperature);
        if (status == BONNET_OK) status = bonnet_temperature_fit(&before, judge->logits[e], judge->labels, judge->samples, l->classes, r->from[e]);
        if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "%s: exit %s: no temperature", l->path, l->name[e]);
        r->file.temperature[e] = fit.temperature;
        r->error[e] = (calibrate_error){before.nll_before, there.nll_before, before.ece_before, there.ece_before};
    }
    return CLI_OK;
}

/* Each exit as the only one, and where every one before it is a stop. */
static bonnet_status fill_exits(calibrate_result *r, const part *judge, double level)
{
    cli_exits_file *f = &r->file;
    bonnet_status status = BONNET_OK;
    for (uint32_t e = 0; e < f->exits && status == BONNET_OK; e++) {
        double threshold[BONNET_EXITS_MAX];
        bonnet_exit_point p;
        for (uint32_t i = 0; i + 1 < f->exits; i++) threshold[i] = i == e ? 0 : HUGE_VAL;
        status = bonnet_exit_judge(&p, judge->exit, &r->costs.of[0], f->exits, judge->samples, threshold, level);
        if (status != BONNET_OK) break;
        f->exit[e].accuracy = p.accuracy, f->exit[e].accuracy_low = p.accuracy_low, f->exit[e].accuracy_high = p.accuracy_high;
        f->exit[e].alone = p.cost;
        memset(threshold, 0, sizeof threshold);
        status = bonnet_exit_cost(&f->exit[e].cost, &r->costs.of[0], f->exits, threshold, e);
    }
    return status;
}

/* On the same samples: who is right only at the last exit, who only where the chosen thresholds end? */
static bonnet_status compare(calibrate_result *r, const part *judge)
{
    const cli_exits_file *f = &r->file;
    const double *threshold = f->point[f->chosen].threshold;
    uint64_t only_last = 0, only_chosen = 0;
    for (size_t s = 0; s < judge->samples; s++) {
        uint32_t e = 0;
        while (e + 1 < f->exits && judge->confidence[e][s] < threshold[e]) e++;
        only_last += judge->right[f->exits - 1][s] && !judge->right[e][s];
        only_chosen += judge->right[e][s] && !judge->right[f->exits - 1][s];
    }
    return bonnet_paired_interval(&r->lost, only_last, only_chosen, judge->samples, f->interval);
}

static int judge_points(calibrate_result *r, const part *judge)
{
    cli_exits_file *f = &r->file;
    bonnet_status status = fill_exits(r, judge, f->interval);
    for (uint32_t i = 0; i < r->found.count && status == BONNET_OK; i++) {
        bonnet_exit_point other;
        const double *threshold = r->found.point[i].threshold;
        status = bonnet_exit_judge(&f->point[i], judge->exit, &r->costs.of[0], f->exits, judge->samples, threshold, f->interval);
        if (status == BONNET_OK && r->costs.units > 1) {
            status = bonnet_exit_judge(&other, judge->exit, &r->costs.of[1], f->exits, judge->samples, threshold, f->interval);
            if (status == BONNET_OK) r->other_cost[i] = other.cost;
        }
    }
    f->points = r->found.count, f->chosen = r->found.chosen;
    if (status == BONNET_OK) status = compare(r, judge);
    return status == BONNET_OK ? CLI_OK : cli_fail(CLI_STATUS - (int)status, "the points cannot be judged: %s", bonnet_status_text(status));
}

static int calibrate(calibrate_result *r, const cli_logits *l, part *choose, part *judge, uint64_t seed)
{
    char message[256] = "";
    cli_exits_file *f = &r->file;
    bonnet_calibrate_options o = BONNET_CALIBRATE_OPTIONS_INIT;
    o.budget = f->budget / 100, o.level = f->interval, o.seed = seed, o.message = message, o.message_bytes = sizeof message;
    for (uint32_t e = 0; e < l->exits; e++) f->temperature[e] = 1;
    int code = f->confidence == BONNET_CONFIDENCE_MARGIN ? CLI_OK : temperatures(r, l, choose, judge);
    if (code == CLI_OK) code = part_confidence(choose, l, f);
    if (code == CLI_OK) code = part_confidence(judge, l, f);
    if (code != CLI_OK) return code;
    const bonnet_status status = bonnet_calibrate(&r->found, choose->exit, &r->costs.of[0], f->exits, choose->samples, &o);
    if (status != BONNET_OK) return cli_fail(CLI_STATUS - (int)status, "%s: %s", l->path, message);
    f->samples = judge->samples, f->chosen_on = choose->samples;
    return judge_points(r, judge);
}

int calibrate_run(calibrate_result *r, const cli_logits *l, const cli_logits *other, uint64_t seed)
{
    part choose = {0}, judge = {0};
    uint64_t state = seed;
    const size_t half = (l->samples + 1) / 2;
    if (!other && l->samples < 2)
        return cli_fail(CLI_STATUS - BONNET_EINVAL, "%s: one sample cannot choose and be judged by; give more, or others by --judge", l->path);
    uint32_t *order = malloc(l->samples * sizeof *order);
    int code = order ? CLI_OK : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %zu samples", l->samples);
    for (uint32_t s = 0; s < l->samples && order; s++) { /* Fisher and Yates, from the inside */
        const uint32_t at = (uint32_t)(next(&state) % (s + 1));
        order[s] = order[at], order[at] = s;
    }
    if (code == CLI_OK) code = other ? part_take(&choose, l, NULL, l->samples) : part_take(&choose, l, order, half);
    if (code == CLI_OK) code = other ? part_take(&judge, other, NULL, other->samples) : part_take(&judge, l, order + half, l->samples - half);
    if (code == CLI_OK) code = calibrate(r, l, &choose, &judge, seed);
    part_free(&choose);
    part_free(&judge);
    free(order);
    return code;
}
