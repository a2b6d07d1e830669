/* SPDX-License-Identifier: Apache-2.0 */
/* spool.h - what the files of bonnet_spool_open() share: lines of examples, files that appear whole or not at all, the queue. */
#ifndef BONNET_CLIENT_SPOOL_H
#define BONNET_CLIENT_SPOOL_H
#include <pthread.h>
#include <stdbool.h>
#include "bonnet_spool.h"

enum { SPOOL_LINE = 512, SPOOL_NAME = 32, SPOOL_HEADER = 128 /* of a .npy file */, SPOOL_DIGITS = 12 };
#define SPOOL_MOST_ID UINT64_C(999999999999)

/* spool_line.c: pure. The line with its end; its length. false: it is no line of a spool, or says what cannot be. */
size_t spool_line_write(char out[SPOOL_LINE], const bonnet_spool_example *e);
bool spool_line_read(bonnet_spool_example *out, const char *text, size_t size);
/* The header of a picture's .npy file: SPOOL_HEADER bytes. */
void spool_npy_header(uint8_t out[SPOOL_HEADER], const bonnet_spool_example *e);
void spool_sha256(uint8_t out[32], const void *head, size_t head_size, const void *bytes, size_t size);
/* Bytes that pixels or a packed map must have; 0: none are right. */
size_t spool_picture_bytes(const bonnet_spool_example *e);

/* spool_files.c. Names in a folder that is open as `at`. */
typedef enum spool_suffix { SPOOL_JSON, SPOOL_CUT, SPOOL_NPY, SPOOL_NONE } spool_suffix;
void spool_name(char out[SPOOL_NAME], uint64_t id, spool_suffix suffix);
spool_suffix spool_name_read(uint64_t *id, const char *name); /* NONE: not a file of a spool */
static inline spool_suffix spool_data(const bonnet_spool_example *e) { return e->what == BONNET_SPOOL_PICTURE ? SPOOL_NPY : SPOOL_CUT; }
/* Written beside its place, synchronised, renamed; the folder is not synchronised. 0, or errno with nothing left behind. */
int spool_file_write(int at, const char *name, const void *head, size_t head_size, const void *bytes, size_t size);
/* At most `most` bytes. *out: free(). 0 or errno; EFBIG: larger. */
int spool_file_read(uint8_t **out, size_t *size, int at, const char *name, size_t most);
int spool_store(int at, const bonnet_spool_example *e, const void *data, size_t size); /* both files, in order, and the folder: 0 or errno */
void spool_erase(int at, const bonnet_spool_example *e);   /* the line first: then it is no example any more */

/* spool_list.c */
int spool_scan(bonnet_spool_list *out, int at); /* 0 or errno */
/* What is no example, or half of one, is removed; how many. */
uint64_t spool_repair(int at, const bonnet_spool_list *list);

typedef struct spool_item {
    bonnet_spool_example example;
    void *data;
    size_t size;
} spool_item;

struct bonnet_spool {
    bonnet_spool_options o;
    int at, lock_file;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool quit, gone;                /* gone: nobody waits for the thread any more, it frees everything */
    bool ended;
    spool_item *queue;              /* [o.queue], a ring */
    uint32_t first, waiting;
    uint64_t waiting_bytes, done;   /* done: examples of stats.put that are kept or dropped */
    /* of the thread: */
    bonnet_spool_example *held;     /* [o.examples] */
    uint64_t next_id;
    bonnet_spool_stats stats;       /* with the lock */
};
#endif
