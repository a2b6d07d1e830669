/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire_test.c - every answer of the iCE40 machine, request by request, without the driver's other tries: build/tests/ice40/wire TERMINAL.
 * Then memory: what was written is read, to the last word; a damaged request changes nothing that it does not name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ice40.h"

static bonnet_ice40_line line;
static int failures;

static void check(int ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "wire_test: FAIL %s\n", what);
    failures++;
}

/* A request as it stands in `bytes`, and the status that comes back with a good CRC; -1: none came. */
static int status_of(const uint8_t *bytes, size_t n, uint32_t answer_bytes)
{
    uint8_t got[64];
    bonnet_error err;
    bonnet_deadline deadline = bonnet_deadline_start(60000, 60000, NULL);
    if (bonnet_ice40_line_send(&line, bytes, n, &deadline, &err)) return -1;
    if (bonnet_ice40_line_receive(&line, got, 1, &deadline, &err)) return -1;
    const size_t more = (got[0] ? 0 : answer_bytes) + 2;
    if (bonnet_ice40_line_receive(&line, got + 1, more, &deadline, &err)) return -1;
    const uint16_t crc = bonnet_ice40_crc(0xffff, got, more - 1);
    return got[more - 1] == (crc & 0xff) && got[more] == crc >> 8 ? got[0] : -1;
}

/* Header and CRC of a request; data words follow it. */
static size_t header(uint8_t *bytes, char command, uint32_t addr, uint32_t count)
{
    const uint8_t h[5] = {(uint8_t)command, (uint8_t)addr, (uint8_t)(addr >> 8), (uint8_t)count, (uint8_t)(count >> 8)};
    const uint16_t crc = bonnet_ice40_crc(0xffff, h, sizeof h);
    memcpy(bytes, h, sizeof h);
    bytes[5] = (uint8_t)crc, bytes[6] = (uint8_t)(crc >> 8);
    return 7;
}

/* A write of `count` words of the byte `fill`, whole. */
static size_t write_request(uint8_t *bytes, uint32_t addr, uint32_t count, uint8_t fill)
{
    size_t n = header(bytes, 'W', addr, count);
    memset(bytes + n, fill, (size_t)count * 8);
    const uint16_t crc = bonnet_ice40_crc(0xffff, bytes + n, (size_t)count * 8);
    n += (size_t)count * 8;
    bytes[n++] = (uint8_t)crc, bytes[n++] = (uint8_t)(crc >> 8);
    return n;
}

static uint64_t word_at(uint32_t addr)
{
    uint64_t word = 0;
    bonnet_error err;
    bonnet_deadline deadline = bonnet_deadline_start(60000, 60000, NULL);
    check(bonnet_ice40_read(&line, addr, &word, 1, &deadline, &err) == BONNET_OK, "a word can be read");
    return word;
}

static void statuses(void)
{
    uint8_t bytes[128];
    size_t n = header(bytes, 'I', 0, 1);
    check(status_of(bytes, n, 8) == 0, "ident: 0");
    bytes[6] ^= 1;
    check(status_of(bytes, n, 8) == 1, "damaged header: 1");
    n = write_request(bytes, 100, 3, 0x5a);
    check(status_of(bytes, n, 0) == 0, "write: 0");
    n = write_request(bytes, 100, 3, 0xa5);
    bytes[n - 1] ^= 0x80;
    check(status_of(bytes, n, 0) == 2, "damaged words: 2");
    n = write_request(bytes, 100, 3, 0x11);
    bytes[1] ^= 4; /* another address: the words must go nowhere */
    check(status_of(bytes, n, 0) == 1, "damaged address: 1");
    check(word_at(100) == UINT64_C(0xa5a5a5a5a5a5a5a5) && word_at(102) == UINT64_C(0xa5a5a5a5a5a5a5a5), "a damaged address wrote something");
    check(status_of(bytes, 3, 0) == 4, "half a header: 4");
    n = write_request(bytes, 100, 3, 0);
    check(status_of(bytes, n - 4, 0) == 4, "half a word: 4");
    n = header(bytes, 'Q', 0, 1);
    check(status_of(bytes, n, 0) == 5, "unknown command: 5");
    n = header(bytes, 'X', 0, 4);
    check(status_of(bytes, n, 0) == 5, "a descriptor of four words: 5");
    n = header(bytes, 'I', 0, 2);
    check(status_of(bytes, n, 0) == 5, "an ident of two words: 5");
    n = header(bytes, 'W', 0, 0);
    bytes[n++] = 0xff, bytes[n++] = 0xff;
    check(status_of(bytes, n, 0) == 0, "a write of nothing: 0");
    n = header(bytes, 'R', 0, 0);
    check(status_of(bytes, n, 0) == 0, "a read of nothing: 0");
}

/* A byte while a layer runs ends it. The longest run there is: every count at its end, ages. */
static void abortion(void)
{
    uint8_t bytes[64];
    size_t n = header(bytes, 'X', 0, 5), from = n;
    memset(bytes + n, 0, 40);
    memset(bytes + n + 8, 0xff, 8);
    memset(bytes + n + 22, 0xff, 2);
    n += 40;
    const uint16_t crc = bonnet_ice40_crc(0xffff, bytes + from, 40);
    bytes[n++] = (uint8_t)crc, bytes[n++] = (uint8_t)(crc >> 8);
    bytes[n++] = 0x55;
    check(status_of(bytes, n, 8) == 6, "a byte during a run: 6");
    n = header(bytes, 'I', 0, 1);
    check(status_of(bytes, n, 8) == 0, "the machine answers after that");
}

static void memory(void)
{
    enum { N = 1500 }; /* two requests */
    static uint64_t out[N], in[N];
    bonnet_error err = {""};
    bonnet_deadline deadline = bonnet_deadline_start(60000, 60000, NULL);
    for (uint32_t i = 0; i < N; i++) out[i] = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    const uint32_t at = BONNET_ICE40_WORDS - N;
    check(bonnet_ice40_write(&line, at, out, N, &deadline, &err) == BONNET_OK, err.text);
    check(bonnet_ice40_read(&line, at, in, N, &deadline, &err) == BONNET_OK, err.text);
    check(!memcmp(in, out, sizeof in), "what was written is read");
    check(word_at(100) == 0, "and nothing else was written"); /* the last half write: its first two words are 0 */
}

int main(int argc, char **argv)
{
    bonnet_error err = {""};
    if (argc != 2) return fprintf(stderr, "usage: wire TERMINAL\n"), 2;
    if (bonnet_ice40_line_open(&line, argv[1], 20000, &err)) return fprintf(stderr, "wire_test: %s\n", err.text), 1;
    bonnet_ice40_line second;
    check(bonnet_ice40_line_open(&second, argv[1], 20000, &err) == BONNET_ENODEV && strstr(err.text, "another program"), "the line is ours alone");
    check(bonnet_ice40_line_open(&second, "/dev/null", 20000, &err) == BONNET_ENODEV, "no terminal");
    statuses();
    abortion();
    memory();
    bonnet_ice40_line_close(&line);
    if (!failures) printf("wire_test: 20 answers, 1500 words\n");
    return failures ? 1 : 0;
}
