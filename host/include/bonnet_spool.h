/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet_spool.h - hard examples on disk, to be labelled or sent on later: a folder with a bound on its bytes and files, written by a thread of its own. An example
 * is there whole or not at all, whatever ends the process or the machine; what is there survives both.
 *
 *     000000000017.json      one line of JSON: what is known of the example; it is renamed into place last
 *     000000000017.cut       a map of a cut (bonnet_cut_pack()), for `bonnet run --from`, or
 *     000000000017.npy       a picture, uint8 or int8 [1, height, width, planes], for `bonnet run` and numpy
 *
 * As in bonnet.h: fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and leave it untouched on failure; nothing
 * prints or exits. message: NULL, or receives one line on failure. Maps are personal data as pictures are. docs/spool.md.
 *
 * Threads: bonnet_spool_put() and bonnet_spool_stats_get() from any; open and close from one.
 */
#ifndef BONNET_SPOOL_H
#define BONNET_SPOOL_H

#include "bonnet.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BONNET_SPOOL_NOBODY UINT32_MAX  /* a label: upstream was not asked, or did not answer */
enum { BONNET_SPOOL_MAX_EXAMPLES = 65536, BONNET_SPOOL_MAX_BYTES = 64 << 20 /* of one example */ };

typedef enum bonnet_spool_what { BONNET_SPOOL_MAP = 0, BONNET_SPOOL_PICTURE = 1 } bonnet_spool_what;
/* What goes when there is no room: the one that came first; or the least hard one, the new one among them. */
typedef enum bonnet_spool_keep { BONNET_SPOOL_HARDEST = 0, BONNET_SPOOL_NEWEST = 1 } bonnet_spool_keep;

/*
 * What is known of an example. Of two, the harder: first those where upstream says something else than this device; among those, the one that this device was surer
 * of; among the others, the one that it was less sure of; then the newer.
 */
typedef struct bonnet_spool_example {
    uint64_t id;                /* its number, from 1; put: ignored */
    double   time_s;            /* since 1970; put: ignored, it is now */
    uint8_t  model_sha256[32];
    uint32_t what;              /* enum bonnet_spool_what */
    uint32_t label, above;      /* of this device; of upstream, or BONNET_SPOOL_NOBODY */
    double   confidence;        /* of this device, finite */
    uint32_t height, width, planes, pixels_signed; /* of a PICTURE; pixels_signed 1: int8, as bonnet_model_info says; else 0 */
    uint64_t bytes;             /* of its file; put: ignored, as the rest */
    uint8_t  sha256[32];        /* of its file */
} bonnet_spool_example;
BONNET_API_VOID int bonnet_spool_harder(const bonnet_spool_example *a, const bonnet_spool_example *b); /* 1: a is harder than b */

/* Zero means default. Initialise with BONNET_SPOOL_OPTIONS_INIT so that fields can be added. */
typedef struct bonnet_spool_options {
    size_t   size;
    const char *folder;         /* made if it is not there; its parent must be */
    uint64_t bytes;             /* of all files, default 256 MiB */
    uint32_t examples;          /* default 10000, at most BONNET_SPOOL_MAX_EXAMPLES */
    uint32_t keep;              /* enum bonnet_spool_keep */
    uint32_t queue;             /* examples that wait for the disk, default 32, at most 4096; of at most queue_bytes, default 8 MiB */
    uint64_t queue_bytes;
    uint64_t close_us;          /* that close waits for the disk, default 5 s */
    char    *message;
    size_t   message_bytes;
} bonnet_spool_options;
#define BONNET_SPOOL_OPTIONS_INIT { sizeof(bonnet_spool_options), NULL, 0, 0, 0, 0, 0, 0, NULL, 0 }

/*
 * The folder with what it holds; what a process left half-written is removed. *out: bonnet_spool_close(). BONNET_EIO: it cannot be made or written, or another process
 * has it (its file `lock` is locked). Every example that is there is read once, as far as its size.
 */
typedef struct bonnet_spool bonnet_spool;
BONNET_API bonnet_status bonnet_spool_open(bonnet_spool **out, const bonnet_spool_options *options);

/*
 * Never waits for the disk: the example is copied, or dropped and counted where the queue is full. data: MAP: bonnet_cut_pack()'s bytes; PICTURE: the pixels,
 * height * width * planes of them. BONNET_EINVAL: sizes that make no sense.
 */
BONNET_API bonnet_status bonnet_spool_put(bonnet_spool *spool, const bonnet_spool_example *example, const void *data, size_t size);
/* Waits until what was put before is on the disk or dropped. BONNET_ETIMEOUT: it is not, within timeout_us. */
BONNET_API bonnet_status bonnet_spool_sync(bonnet_spool *spool, uint64_t timeout_us);

typedef struct bonnet_spool_stats {
    uint64_t put, kept;         /* handed over; on the disk, for good: synchronised and renamed */
    uint64_t dropped_queue, dropped_disk, dropped_easy; /* no room in the queue; the disk failed or is full; less hard than all that is there */
    uint64_t evicted;           /* removed for others */
    uint64_t repaired;          /* found damaged or half-written by open, and removed */
    uint32_t examples;          /* in the folder */
    uint64_t bytes;
    uint64_t last_id;           /* of the newest that was kept */
    char     line[200];         /* about the last failure of the disk, or "" */
} bonnet_spool_stats;
BONNET_API bonnet_status bonnet_spool_stats_get(bonnet_spool_stats *out, bonnet_spool *spool);
/* What waits is written first, within close_us; a disk that hangs keeps the thread and its memory, and nobody waits for it. NULL is a no-op. */
BONNET_API_VOID void bonnet_spool_close(bonnet_spool *spool);

/*
 * A folder from outside, also while a process writes to it. By rising id. damaged: examples whose line or file is not what it should be; they are not listed.
 * bonnet_spool_list_free().
 */
typedef struct bonnet_spool_list { bonnet_spool_example *example; size_t count, damaged; uint64_t bytes; } bonnet_spool_list;
BONNET_API bonnet_status bonnet_spool_list_get(bonnet_spool_list *out, const char *folder, char *message, size_t message_bytes);
BONNET_API_VOID void bonnet_spool_list_free(bonnet_spool_list *list);
/* The example's file, its SHA-256 held. *out: free(). BONNET_EIO: it is gone; BONNET_EFORMAT: damaged. */
BONNET_API bonnet_status bonnet_spool_read(uint8_t **out, size_t *size, const char *folder, const bonnet_spool_example *example, char *message, size_t message_bytes);
BONNET_API bonnet_status bonnet_spool_remove(const char *folder, const bonnet_spool_example *example); /* one that is gone is no error */

#ifdef __cplusplus
}
#endif
#endif
