/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_streams.h - camera streams at work: bonnet_schedule.h says whose stage is next, the device computes it. One device, one network or several, with exits
 * or without.
 *
 *     bonnet_streams_push(&taken, s, camera, pixels, bytes, now, 0, tag);   // whenever a picture is there
 *     bonnet_streams_step(&step, s, now);                                 // computes the next stage, if there is one
 *     if (step.turn.count) bonnet_streams_done(s, now);                   // the caller has the clock
 *     while (bonnet_streams_take(&frame, logits, s) == BONNET_OK) ...
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure; nothing
 * prints, exits or waits but for the device. There is no thread and no clock here: every time is the caller's, in nanoseconds since any start.
 *
 * Threads: one bonnet_streams, its exits and its device belong to one thread at a time.
 */
#ifndef BONNET_STREAMS_H
#define BONNET_STREAMS_H

#include "bonnet_schedule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* exits: whose stages the frames go through; streams may share them, and what they share may be computed in one call. */
typedef struct bonnet_stream {
    bonnet_exits *exits;        /* must outlive the streams */
    bonnet_task   task;         /* stages: 0, or those of exits that are in use; kind: ignored. Owns nothing: bonnet_schedule.h */
} bonnet_stream;

typedef struct bonnet_streams bonnet_streams;
/* Room for the pixels and maps of options->jobs frames is taken here. All exits are of one device, which must outlive *out: bonnet_streams_close(). */
BONNET_API bonnet_status bonnet_streams_open(bonnet_streams **out, const bonnet_stream *streams, uint32_t count, const bonnet_schedule_options *options);
BONNET_API_VOID void bonnet_streams_close(bonnet_streams *streams); /* NULL is a no-op */

/* A picture of a stream: pixels as bonnet_run_image() takes them, copied. deadline_ns: a point in time; 0: the stream's. *taken 0: no room, it counts as dropped. */
BONNET_API bonnet_status bonnet_streams_push(uint32_t *taken, bonnet_streams *streams, uint32_t stream, const uint8_t *pixels, size_t pixels_bytes, uint64_t at_ns,
                                             uint64_t deadline_ns, uint64_t tag);

typedef struct bonnet_streams_turn {
    bonnet_turn turn;           /* count 0: there was nothing to do; see wake_ns */
    uint64_t cycles;            /* of the accelerator; 0 without a clock */
    uint32_t clock_hz;
} bonnet_streams_turn;
/*
 * The next stage, on the device; returns when it is computed. Then say when that was: bonnet_streams_done(), before the next step. On failure of the device the
 * frames are as before; nothing is to be said.
 */
BONNET_API bonnet_status bonnet_streams_step(bonnet_streams_turn *out, bonnet_streams *streams, uint64_t now_ns);
BONNET_API bonnet_status bonnet_streams_done(bonnet_streams *streams, uint64_t end_ns);

typedef struct bonnet_stream_frame {
    uint64_t tag;
    bonnet_job_end end;         /* stream (task), outcome, stage, times */
    bonnet_exit_result answer;  /* ANSWERED: as bonnet_exits_run() has it for the exit that `stage` is; else 0 */
} bonnet_stream_frame;
/* A frame that is at its end, in the order of ends; logits: NULL, or [classes] of its answer. BONNET_EINVAL: none is. */
BONNET_API bonnet_status bonnet_streams_take(bonnet_stream_frame *out, int32_t *logits, bonnet_streams *streams);
BONNET_API bonnet_status bonnet_streams_stats(bonnet_task_stats *out, const bonnet_streams *streams, uint32_t stream);

#ifdef __cplusplus
}
#endif
#endif
