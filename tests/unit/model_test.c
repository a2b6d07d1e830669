/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model_test - the model of a job in time, without a chip: every random job ends, moves the bytes that its descriptors name, is not much faster with a slower
 * memory, and accounts for every cycle of its binary descriptors; a job that waits for a token that nobody gives is told from one that is slow.
 */
#include "../conform/net_build.h"
#include "model.h"
#include "unit.h"

enum { WALKS = 2 };

static uint64_t loaded(const bonnet_job *job)
{
    uint64_t beats = 1, bytes = job->geometry.bus_bits / 8; /* the header */
    beats = BONNET_DESC_BYTES / bytes;
    for (uint32_t i = 1; i < job->n_desc; i++) {
        const uint32_t *d = job->desc[i], op = bonnet_desc_get(d, BONNET_F_JOB_OP), once = bonnet_desc_get(d, BONNET_F_JOB_ONCE);
        uint64_t n = op == BONNET_OP_LOAD ? bonnet_desc_get(d, BONNET_F_LOAD_BYTES) : 0;
        if (op == BONNET_OP_STEM && !bonnet_desc_get(d, BONNET_F_STEM_CONT))
            n = (uint64_t)bonnet_desc_get(d, BONNET_F_STEM_IN_W) * bonnet_desc_get(d, BONNET_F_STEM_IN_H) *
                (bonnet_desc_get(d, BONNET_F_STEM_PLANES3) ? 3 : 1);
        const uint64_t arrays = op == BONNET_OP_STEM || bonnet_desc_get(d, BONNET_F_LOAD_DEST) == 2 ? job->geometry.arrays : 1;
        beats += (n + bytes - 1) / bytes * arrays * (once ? 1 : WALKS) + WALKS * (BONNET_DESC_BYTES / bytes);
    }
    return beats * bytes;
}

static void one_job(unit *u, const bonnet_job *job, const char *label)
{
    static const uint32_t latencies[] = {1, 30, 200};
    bonnet_model_record *records = calloc(job->n_desc, sizeof *records);
    bonnet_error err = {""};
    uint64_t before = 0;
    for (int l = 0; l < 3 && records; l++) {
        bonnet_model_totals t = {0, 0, 0};
        const bonnet_model_config c = bonnet_model_place(job, WALKS, WALKS, latencies[l]);
        bonnet_status st = bonnet_model_run(&t, records, job, &c, &err);
        UNIT(u, st == BONNET_OK && t.bytes_in == loaded(job) && t.cycles + t.cycles / 10 > before, label,
             "status %d (%s), latency %u: %llu bytes of %llu, %llu cycles after %llu", st, err.text, latencies[l], (unsigned long long)t.bytes_in,
             (unsigned long long)loaded(job), (unsigned long long)t.cycles, (unsigned long long)before);
        before = t.cycles;
        for (uint32_t i = 1; i < job->n_desc && st == BONNET_OK; i++) {
            const bonnet_model_cost cost = bonnet_model_desc(job->desc[i], &job->geometry);
            const bonnet_model_record *r = &records[i];
            int good = r->start <= r->end && r->end < t.cycles && r->busy <= r->end - r->start;
            if (cost.done) good = good && r->busy == cost.done + 1 && cost.ideal + cost.fill <= r->busy;
            if (!good) UNIT(u, 0, label, "descriptor %u", i);
        }
    }
    UNIT(u, records != NULL, label, "no memory");
    free(records);
}

static void stuck(unit *u, bonnet_job *job)
{
    bonnet_error err = {""};
    bonnet_model_totals t;
    const bonnet_model_config c = bonnet_model_place(job, 1, 1, 10), none = bonnet_model_place(job, 0, 1, 10);
    UNIT(u, bonnet_model_run(&t, NULL, job, &none, &err) == BONNET_EINVAL, "no walks", "%s", err.text);
    for (uint32_t i = 1; i < job->n_desc; i++) bonnet_desc_set(job->desc[i], BONNET_F_JOB_POST0, 0);
    bonnet_status st = bonnet_model_run(&t, NULL, job, &c, &err);
    UNIT(u, st == BONNET_EFORMAT && strstr(err.text, "stands still"), "no tokens", "status %d: %s", st, err.text);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"asic", "tiny", "zcu102"};
    unit u = unit_start(argc, argv, "model", 1, 12);
    for (uint32_t i = 0; i < u.cases; i++)
        for (int g = 0; g < 3; g++) {
            const bonnet_geometry *geometry = bonnet_geometry_named(names[g]);
            bonnet_net *net = bonnet_random_net(u.seed + i, g == 1 ? &bonnet_room_tiny : &bonnet_room_asic, 0);
            bonnet_job *job = NULL;
            bonnet_error err = {""};
            bonnet_status st = net ? bonnet_lower(&job, net, geometry, &(bonnet_lower_options){.batch = 1 + i % 2}, &err) : BONNET_ENOMEM;
            if (st == BONNET_OK) {
                one_job(&u, job, names[g]);
                stuck(&u, job);
            } else {
                UNIT(&u, st == BONNET_EUNSUPPORTED, names[g], "lower: status %d: %s", st, err.text);
            }
            bonnet_job_free(job);
            bonnet_net_free(net);
        }
    return unit_end(&u);
}
