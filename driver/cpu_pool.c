/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu_pool.c - the threads behind "cpu:threads=N": N - 1 of them, started when the device opens, joined when it closes.
 *
 * They sleep on a condition between layers and never spin, so an idle device costs nothing. The caller does part 0 itself.
 * One caller at a time, which is what a device promises anyway (host/include/bonnet.h).
 */
#include <pthread.h>
#include <stdlib.h>
#include "cpu.h"

typedef struct member {
    bonnet_cpu_pool *pool;
    uint32_t part;
    pthread_t thread;
} member;

struct bonnet_cpu_pool {
    uint32_t threads, started; /* started: of member[1..]                 */
    pthread_mutex_t lock;
    pthread_cond_t go, done;
    uint64_t round; /* counts bonnet_cpu_pool_run() calls           */
    uint32_t left;  /* parts of this round that still run           */
    int ending;
    bonnet_cpu_work *work;
    void *arg;
    member members[];
};

static void *run_member(void *arg)
{
    const member *m = arg;
    bonnet_cpu_pool *p = m->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (p->round == seen && !p->ending) pthread_cond_wait(&p->go, &p->lock);
        if (p->ending) break;
        seen = p->round;
        bonnet_cpu_work *work = p->work;
        void *work_arg = p->arg;
        pthread_mutex_unlock(&p->lock);
        work(work_arg, m->part, p->threads);
        pthread_mutex_lock(&p->lock);
        if (--p->left == 0) pthread_cond_signal(&p->done);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

bonnet_cpu_pool *bonnet_cpu_pool_open(uint32_t threads)
{
    bonnet_cpu_pool *p = calloc(1, sizeof *p + threads * sizeof p->members[0]);
    if (!p) return NULL;
    p->threads = threads;
    if (pthread_mutex_init(&p->lock, NULL)) goto no_lock;
    if (pthread_cond_init(&p->go, NULL)) goto no_go;
    if (pthread_cond_init(&p->done, NULL)) goto no_done;
    for (uint32_t i = 1; i < threads; i++) {
        p->members[i] = (member){.pool = p, .part = i};
        if (pthread_create(&p->members[i].thread, NULL, run_member, &p->members[i])) {
            bonnet_cpu_pool_close(p);
            return NULL;
        }
        p->started++;
    }
    return p;
no_done:
    pthread_cond_destroy(&p->go);
no_go:
    pthread_mutex_destroy(&p->lock);
no_lock:
    free(p);
    return NULL;
}

void bonnet_cpu_pool_close(bonnet_cpu_pool *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->ending = 1;
    pthread_cond_broadcast(&p->go);
    pthread_mutex_unlock(&p->lock);
    for (uint32_t i = 1; i <= p->started; i++) pthread_join(p->members[i].thread, NULL);
    pthread_cond_destroy(&p->done);
    pthread_cond_destroy(&p->go);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void bonnet_cpu_pool_run(bonnet_cpu_pool *p, bonnet_cpu_work *work, void *arg)
{
    if (p->threads > 1) {
        pthread_mutex_lock(&p->lock);
        p->work = work;
        p->arg = arg;
        p->left = p->threads - 1;
        p->round++;
        pthread_cond_broadcast(&p->go);
        pthread_mutex_unlock(&p->lock);
    }
    work(arg, 0, p->threads);
    if (p->threads > 1) {
        pthread_mutex_lock(&p->lock);
        while (p->left) pthread_cond_wait(&p->done, &p->lock);
        pthread_mutex_unlock(&p->lock);
    }
}

uint32_t bonnet_cpu_pool_threads(const bonnet_cpu_pool *p) { return p->threads; }
