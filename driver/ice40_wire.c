/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ice40_wire.c - the protocol of rtl/board/ice40/bonnet_ice40_link.sv from the host's side.
 *
 * A request that fails is made again after the line was quiet: the machine forgets what it did not understand when nothing comes for
 * 22 ms. Every request may be made twice: it writes or reads the same words, or runs a layer whose input is not where its output goes.
 */
#include "ice40.h"

enum { TRIES = 5, QUIET_MS = 60, HEADER_BYTES = 7, CRC_BYTES = 2, WORD_BYTES = 8 };

static const char *const refusals[] = {
    "done",          "its header was damaged",           "its words were damaged", "a byte had no stop bit", "it stopped in the middle",
    "it is unknown", "something else was sent meanwhile"};
/* "N" to "0": log2 words, lanes, version, name. */
static const uint64_t expected_ident = UINT64_C(0x0e040001) << 32 | 0x424e3430u;

uint16_t bonnet_ice40_crc(uint16_t crc, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        crc = (uint16_t)(crc ^ bytes[i] << 8);
        for (int b = 0; b < 8; b++) crc = (uint16_t)(crc << 1 ^ (crc & 0x8000 ? 0x1021 : 0));
    }
    return crc;
}

static void put_words(uint8_t *bytes, const uint64_t *words, size_t n)
{
    for (size_t i = 0; i < n * WORD_BYTES; i++) bytes[i] = (uint8_t)(words[i / WORD_BYTES] >> 8 * (i % WORD_BYTES));
}

static void put_crc(uint8_t *at, uint16_t crc)
{
    at[0] = (uint8_t)crc;
    at[1] = (uint8_t)(crc >> 8);
}

typedef struct request {
    char command;
    uint32_t addr;
    size_t sent, answered; /* words there and back; at most BONNET_ICE40_REQUEST_WORDS */
    const uint64_t *words; /* NULL: none */
    uint64_t *answer;
} request;

/* Status byte, words, CRC. *status: what the machine said; the answer's words only if it is 0. */
static bonnet_status receive(bonnet_ice40_line *line, const request *r, uint8_t *status, bonnet_deadline *deadline, bonnet_error *err)
{
    uint8_t bytes[BONNET_ICE40_REQUEST_WORDS * WORD_BYTES + CRC_BYTES];
    bonnet_status st = bonnet_ice40_line_receive(line, status, 1, deadline, err);
    if (st) return st;
    const size_t data = *status ? 0 : r->answered * WORD_BYTES;
    if ((st = bonnet_ice40_line_receive(line, bytes, data + CRC_BYTES, deadline, err))) return st;
    const uint16_t crc = bonnet_ice40_crc(bonnet_ice40_crc(0xffff, status, 1), bytes, data);
    if (bytes[data] != (uint8_t)crc || bytes[data + 1] != crc >> 8)
        return bonnet_fail(err, BONNET_EIO, "ice40: %s: an answer was damaged on the way", line->path);
    for (size_t i = 0; i < r->answered && !*status; i++) {
        r->answer[i] = 0;
        for (size_t b = 0; b < WORD_BYTES; b++) r->answer[i] |= (uint64_t)bytes[i * WORD_BYTES + b] << 8 * b;
    }
    return BONNET_OK;
}

static bonnet_status attempt(bonnet_ice40_line *line, const request *r, bonnet_deadline *deadline, bonnet_error *err)
{
    uint8_t bytes[HEADER_BYTES + BONNET_ICE40_REQUEST_WORDS * WORD_BYTES + CRC_BYTES], status;
    const size_t count = r->words ? r->sent : r->answered;
    const uint8_t header[] = {(uint8_t)r->command, (uint8_t)r->addr, (uint8_t)(r->addr >> 8), (uint8_t)count, (uint8_t)(count >> 8)};
    size_t n = sizeof header;
    for (size_t i = 0; i < n; i++) bytes[i] = header[i];
    put_crc(bytes + n, bonnet_ice40_crc(0xffff, bytes, n));
    n += CRC_BYTES;
    if (r->words) {
        put_words(bytes + n, r->words, r->sent);
        put_crc(bytes + n + r->sent * WORD_BYTES, bonnet_ice40_crc(0xffff, bytes + n, r->sent * WORD_BYTES));
        n += r->sent * WORD_BYTES + CRC_BYTES;
    }
    bonnet_status st = bonnet_ice40_line_send(line, bytes, n, deadline, err);
    if (!st) st = receive(line, r, &status, deadline, err);
    if (st || !status) return st;
    return bonnet_fail(err, BONNET_EIO, "ice40: %s: the machine refused request '%c': %s", line->path, r->command,
                       status < sizeof refusals / sizeof *refusals ? refusals[status] : "for an unknown reason");
}

static bonnet_status ask(bonnet_ice40_line *line, const request *r, bonnet_deadline *deadline, bonnet_error *err)
{
    bonnet_status st = BONNET_OK;
    for (int i = 0; i < TRIES; i++) {
        if ((st = attempt(line, r, deadline, err)) != BONNET_EIO) break;
        bonnet_ice40_line_drain(line, QUIET_MS);
    }
    /* A run that the caller ended may still be in the machine: a byte ends it there too. */
    if ((st == BONNET_EINTR || st == BONNET_ETIMEOUT)) {
        bonnet_deadline soon = bonnet_deadline_start(QUIET_MS, QUIET_MS, NULL);
        bonnet_error nothing;
        (void)bonnet_ice40_line_send(line, (const uint8_t[]){0}, 1, &soon, &nothing);
        bonnet_ice40_line_drain(line, QUIET_MS);
    }
    return st;
}

bonnet_status bonnet_ice40_ident(bonnet_ice40_line *line, bonnet_deadline *deadline, bonnet_error *err)
{
    uint64_t ident = 0;
    const request r = {.command = 'I', .answered = 1, .answer = &ident};
    bonnet_ice40_line_drain(line, QUIET_MS);
    bonnet_status st = ask(line, &r, deadline, err);
    if (st) return st;
    if (ident == expected_ident) return BONNET_OK;
    return bonnet_fail(err, BONNET_EABI, "ice40: %s answers as 0x%016llx, not 0x%016llx: another bitstream; load the one of this version", line->path,
                       (unsigned long long)ident, (unsigned long long)expected_ident);
}

bonnet_status bonnet_ice40_write(bonnet_ice40_line *line, uint32_t addr, const uint64_t *words, size_t n, bonnet_deadline *deadline,
                                 bonnet_error *err)
{
    for (size_t done = 0, some; done < n; done += some) {
        some = n - done < BONNET_ICE40_REQUEST_WORDS ? n - done : BONNET_ICE40_REQUEST_WORDS;
        const request r = {.command = 'W', .addr = addr + (uint32_t)done, .sent = some, .words = words + done};
        bonnet_status st = ask(line, &r, deadline, err);
        if (st) return st;
    }
    return BONNET_OK;
}

bonnet_status bonnet_ice40_read(bonnet_ice40_line *line, uint32_t addr, uint64_t *words, size_t n, bonnet_deadline *deadline, bonnet_error *err)
{
    for (size_t done = 0, some; done < n; done += some) {
        some = n - done < BONNET_ICE40_REQUEST_WORDS ? n - done : BONNET_ICE40_REQUEST_WORDS;
        const request r = {.command = 'R', .addr = addr + (uint32_t)done, .answered = some, .answer = words + done};
        bonnet_status st = ask(line, &r, deadline, err);
        if (st) return st;
    }
    return BONNET_OK;
}

bonnet_status bonnet_ice40_run(bonnet_ice40_line *line, const uint64_t cfg[BONNET_ICE40_CFG_WORDS], uint64_t *cycles, bonnet_deadline *deadline,
                               bonnet_error *err)
{
    const request r = {.command = 'X', .sent = BONNET_ICE40_CFG_WORDS, .words = cfg, .answered = 1, .answer = cycles};
    return ask(line, &r, deadline, err);
}
