/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate_show.c - what a calibration found, as tables and as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "calibrate.h"

/* Costs as people read them: whole where they are large. */
static const char *cost_text(char out[24], double cost)
{
    snprintf(out, 24, cost >= 1000 ? "%.0f" : cost >= 1 ? "%.3f" : "%.5f", cost);
    return out;
}

static const char *threshold_text(char out[24], double threshold)
{
    if (threshold == HUGE_VAL) return strcpy(out, "-");
    snprintf(out, 24, threshold == floor(threshold) ? "%.0f" : "%.6f", threshold);
    return out;
}

static void print_exits(const calibrate_result *r)
{
    const cli_exits_file *f = &r->file;
    char text[24];
    printf("%-16s %-24s %9s %17s %12s %12s\n", "exit", "behind", "accuracy", "", "alone", "as last stop");
    for (uint32_t e = 0; e < f->exits; e++) {
        const cli_exit *x = &f->exit[e];
        printf("%-16s %-24s %8.2f%%  %6.2f..%6.2f%% ", x->name, *x->behind ? x->behind : "-", 100 * x->accuracy, 100 * x->accuracy_low,
               100 * x->accuracy_high);
        printf("%12s ", cost_text(text, x->alone));
        printf("%12s\n", cost_text(text, x->cost));
    }
    if (f->confidence == BONNET_CONFIDENCE_MARGIN || !r->found.count) return;
    printf("%-16s %12s %12s   calibration error before, after (on samples that did not choose)\n", "exit", "temperature", "before");
    for (uint32_t e = 0; e < f->exits; e++)
        printf("%-16s %12.3f %12.3f   %.4f %.4f, nll %.4f %.4f\n", f->exit[e].name, f->temperature[e], r->from[e], r->error[e].ece_before,
               r->error[e].ece_after, r->error[e].nll_before, r->error[e].nll_after);
}

static void print_point(const calibrate_result *r, uint32_t i, double whole)
{
    const cli_exits_file *f = &r->file;
    const bonnet_exit_point *p = &f->point[i];
    char text[24];
    printf("%c%3u", i == f->chosen ? '*' : ' ', i);
    for (uint32_t e = 0; e + 1 < f->exits; e++) printf(" %10s", threshold_text(text, p->threshold[e]));
    for (uint32_t e = 0; e < f->exits; e++) printf(" %6.1f%%", 100 * p->share[e]);
    if (r->found.count) printf(" %9.2f%%", 100 * r->found.point[i].accuracy);
    printf(" %8.2f%%  %6.2f..%6.2f%% %12s %7.1f%%", 100 * p->accuracy, 100 * p->accuracy_low, 100 * p->accuracy_high, cost_text(text, p->cost),
           whole > 0 ? 100 * (1 - p->cost / whole) : 0);
    if (r->costs.units > 1) printf(" %12s", cost_text(text, r->other_cost[i]));
    putchar('\n');
}

/* The last exit alone: where no other is used. */
static const bonnet_exit_point *alone(const bonnet_exit_point *points, uint32_t count, uint32_t exits)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t used = 0;
        for (uint32_t e = 0; e + 1 < exits; e++) used += points[i].threshold[e] != HUGE_VAL;
        if (!used) return &points[i];
    }
    return &points[count - 1]; /* not so: bonnet_calibrate() keeps it */
}

static void print_chosen(const calibrate_result *r)
{
    const cli_exits_file *f = &r->file;
    const bonnet_exit_point *had = &r->found.point[f->chosen], *p = &f->point[f->chosen];
    const bonnet_exit_point *had_all = alone(r->found.point, f->points, f->exits), *all = alone(f->point, f->points, f->exits);
    char a[24], b[24];
    printf("chosen: point %u, the cheapest %s that loses at most %g points on the %llu samples that chose it: there %.2f%%, the last exit alone "
           "%.2f%%\n",
           f->chosen, r->found.exhaustive ? "of all" : "found", f->budget, (unsigned long long)f->chosen_on, 100 * had->accuracy,
           100 * had_all->accuracy);
    const double lost = all->accuracy - p->accuracy;
    printf("on %llu others: %.2f%% (%g %% interval %.2f to %.2f), the last exit alone %.2f%% (%.2f to %.2f): %.2f points %s (%.2f to %.2f lost)%s\n",
           (unsigned long long)f->samples, 100 * p->accuracy, 100 * f->interval, 100 * p->accuracy_low, 100 * p->accuracy_high, 100 * all->accuracy,
           100 * all->accuracy_low, 100 * all->accuracy_high, 100 * fabs(lost), lost < 0 ? "gained" : "lost", 100 * r->lost.low, 100 * r->lost.high,
           lost > f->budget / 100 + 1e-9 ? ", more than the budget" : "");
    printf("mean cost %s %s, the last exit alone %s: %.1f%% saved\n", cost_text(a, p->cost), f->unit, cost_text(b, all->cost),
           all->cost > 0 ? 100 * (1 - p->cost / all->cost) : 0);
    if (r->costs.units > 1)
        printf("mean cost %s %s, the last exit alone %s: %.1f%% saved\n", cost_text(a, r->other_cost[f->chosen]), r->costs.unit[1],
               cost_text(b, r->costs.whole[1]), r->costs.whole[1] > 0 ? 100 * (1 - r->other_cost[f->chosen] / r->costs.whole[1]) : 0);
}

double calibrate_sent(const calibrate_result *r, uint32_t e)
{
    const bonnet_exit_point *p = &r->file.point[r->file.chosen];
    double local = 0, bytes = 0;
    if (!r->costs.map_bits[e] || p->threshold[e] == HUGE_VAL) return -1;
    for (uint32_t i = 0; i <= e; i++) local += p->share[i];
    return bonnet_exit_bytes(&bytes, r->costs.classes, fmin(local, 1), r->costs.map_bits[e]) == BONNET_OK ? bytes : -1;
}

static void print_sent(const calibrate_result *r)
{
    uint32_t n = 0;
    for (uint32_t e = 0; e + 1 < r->file.exits; e++) {
        const double bytes = calibrate_sent(r, e);
        if (bytes < 0) continue;
        printf("%s %s %.1f bytes", n++ ? "," : "sent on average if the rest runs elsewhere, scores and maps: behind", r->file.exit[e].name, bytes);
    }
    if (n) printf("; the input has %zu\n", r->costs.input_bytes);
}

int calibrate_print(const calibrate_result *r)
{
    const cli_exits_file *f = &r->file;
    char title[24];
    print_exits(r);
    printf("%4s", "");
    for (uint32_t e = 0; e + 1 < f->exits; e++) printf(" %10.10s", f->exit[e].name);
    for (uint32_t e = 0; e < f->exits; e++) printf(" %7.7s", f->exit[e].name);
    snprintf(title, sizeof title, "%g %% interval", 100 * f->interval);
    if (r->found.count) printf(" %10s", "chosen on");
    printf(" %9s %17s %12s %8s", "accuracy", title, f->unit, "saved");
    if (r->costs.units > 1) printf(" %12s", r->costs.unit[1]);
    putchar('\n');
    for (uint32_t i = 0; i < f->points; i++) print_point(r, i, alone(f->point, f->points, f->exits)->cost);
    printf("thresholds of the %s, -: not used; shares of samples that end there\n", bonnet_confidence_name(f->confidence));
    if (r->found.count) print_chosen(r);
    else
        printf("chosen: point %u; of %llu samples, thresholds found on %llu others\n", f->chosen, (unsigned long long)f->samples,
               (unsigned long long)f->chosen_on);
    if (r->found.count) print_sent(r);
    if (r->costs.shared) printf("%s\n", CLI_SHARED);
    return cli_finish_stdout();
}

static struct json_object *number(double value) { return json_object_new_double(value); }

int calibrate_print_json(const calibrate_result *r)
{
    const cli_exits_file *f = &r->file;
    if (!r->found.count) return cli_print_json(cli_exits_json(f));
    const bonnet_exit_point *p = &f->point[f->chosen], *all = alone(f->point, f->points, f->exits);
    struct json_object *j = json_object_new_object(), *chosen = json_object_new_object(), *had = json_object_new_array(),
                       *other = json_object_new_array();
    for (uint32_t i = 0; i < f->points; i++) {
        json_object_array_add(had, number(r->found.point[i].accuracy));
        json_object_array_add(other, number(r->other_cost[i]));
    }
    json_object_object_add(chosen, "accuracy_where_chosen", number(r->found.point[f->chosen].accuracy));
    json_object_object_add(chosen, "accuracy", number(p->accuracy));
    json_object_object_add(chosen, "points_lost", number(100 * (all->accuracy - p->accuracy)));
    json_object_object_add(chosen, "points_lost_low", number(100 * r->lost.low));
    json_object_object_add(chosen, "points_lost_high", number(100 * r->lost.high));
    json_object_object_add(chosen, "saved", number(all->cost > 0 ? 1 - p->cost / all->cost : 0));
    struct json_object *sent = json_object_new_array();
    for (uint32_t e = 0; e + 1 < f->exits; e++) json_object_array_add(sent, calibrate_sent(r, e) < 0 ? NULL : number(calibrate_sent(r, e)));
    if (r->costs.input_bytes) json_object_object_add(chosen, "bytes_sent_behind", sent);
    else json_object_put(sent);
    json_object_object_add(j, "exhaustive", json_object_new_boolean((int)r->found.exhaustive));
    json_object_object_add(j, "chosen", chosen);
    json_object_object_add(j, "accuracy_where_chosen", had);
    if (r->costs.units > 1) {
        json_object_object_add(j, "other_unit", json_object_new_string(r->costs.unit[1]));
        json_object_object_add(j, "other_cost", other);
    } else json_object_put(other);
    if (f->confidence != BONNET_CONFIDENCE_MARGIN) {
        struct json_object *list = json_object_new_array();
        for (uint32_t e = 0; e < f->exits; e++) {
            struct json_object *x = json_object_new_object();
            json_object_object_add(x, "exit", json_object_new_string(f->exit[e].name));
            json_object_object_add(x, "temperature_before", number(r->from[e]));
            json_object_object_add(x, "temperature", number(f->temperature[e]));
            json_object_object_add(x, "ece_before", number(r->error[e].ece_before));
            json_object_object_add(x, "ece", number(r->error[e].ece_after));
            json_object_object_add(x, "nll_before", number(r->error[e].nll_before));
            json_object_object_add(x, "nll", number(r->error[e].nll_after));
            json_object_array_add(list, x);
        }
        json_object_object_add(j, "temperatures", list);
    }
    json_object_object_add(j, "thresholds", cli_exits_json(f));
    return cli_print_json(j);
}
