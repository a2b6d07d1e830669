/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.h - what the files of bonnet_schedule.h share. */
#ifndef BONNET_SCHEDULE_PRIVATE_H
#define BONNET_SCHEDULE_PRIVATE_H
#include <stdbool.h>
#include "backend.h"
#include "bonnet_schedule.h"

enum { SCHEDULE_LEARN = 64, SCHEDULE_POINTS = 1 << 20, SCHEDULE_GUARD_POINTS = 1024, SCHEDULE_LEVELS = 1 << 16 };

typedef enum job_state { JOB_FREE = 0, JOB_OPEN, JOB_RUNNING, JOB_ENDED } job_state;
typedef struct schedule_job {
    job_state state;
    uint32_t task, done; /* stages */
    uint32_t bin;        /* of the confidence after the last one */
    uint64_t arrived;    /* number among all arrivals: ties */
    bonnet_job_end end;
} schedule_job;

typedef struct schedule_seen {
    uint64_t ns[SCHEDULE_LEARN];
    uint32_t runs;
} schedule_seen;
typedef struct schedule_task {
    bonnet_task is;   /* stage_ns as learned */
    uint64_t next_ns; /* the earliest next arrival */
    bonnet_task_stats stats;
    schedule_seen *seen; /* [stages] if times are learned */
} schedule_task;

struct bonnet_schedule {
    uint32_t count;
    schedule_task *task;
    bonnet_schedule_options o;
    schedule_job job[BONNET_JOBS_MAX];
    uint64_t arrivals, start_ns;
    bonnet_turn turn; /* under way: count > 0 */
    bool admitted;
};

/* schedule_admit.c */
bonnet_status schedule_check(const bonnet_task *tasks, uint32_t count, uint32_t policy, bool learn, bonnet_error *err);
uint64_t schedule_mandatory(const bonnet_task *task, uint32_t policy);
/* May `turn`, which takes ns, begin now, and every mandatory part behind it still be in time, of frames at hand and of any that may come? */
bool schedule_room(const bonnet_schedule *s, uint64_t now_ns, uint64_t ns, const bonnet_turn *turn);
/* schedule.c */
void schedule_end(schedule_job *j, bonnet_schedule *s, uint32_t outcome, uint64_t now_ns);
void schedule_admit_again(bonnet_schedule *s);
/* The time of the job's next stage, alone. */
static inline uint64_t schedule_stage_ns(const bonnet_schedule *s, const schedule_job *j) { return s->task[j->task].is.stage_ns[j->done]; }
#endif
