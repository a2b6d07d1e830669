/* SPDX-License-Identifier: Apache-2.0 */
/* say.h - tables for people, written into the caller's buffer: cut where it ends, always closed with a zero byte. */
#ifndef BONNET_SAY_H
#define BONNET_SAY_H
#include <stddef.h>

typedef struct bonnet_text {
    char *at;    /* where the next word goes */
    size_t room; /* bytes from there, the zero byte's included; 0: nothing is written */
} bonnet_text;

void bonnet_say(bonnet_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
#endif
