/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_bench.c - what bonnet serve costs beside a call in one's own process.
 *
 *   build/tests/serve_bench MODEL.bonnet PORT [N [PORT2]]       (make bench-serve: N = 2000)
 *
 * N images one by one through bonnet_run_batch() on "cpu:", N requests for the same image with a binary tensor on one kept connection to the server at PORT.
 * PORT2: of a balancer in front of that server, which is asked as well. They take turns, so that both see the same machine. Medians and 99th percentiles in microseconds, and their ratios. Exit 0; 1: something failed.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "bonnet.h"

static double us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int connected(const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

/* The request, and the logits out of its reply's end. 0 if all went well. */
static int asked(int fd, const char *request, size_t bytes, int32_t *logits, uint32_t classes)
{
    char reply[8192];
    size_t have = 0, want = sizeof reply;
    if (send(fd, request, bytes, MSG_NOSIGNAL) != (ssize_t)bytes) return 1;
    while (have < want) {
        const ssize_t n = recv(fd, reply + have, sizeof reply - 1 - have, 0);
        if (n <= 0) return 1;
        have += (size_t)n;
        reply[have] = '\0';
        const char *end = strstr(reply, "\r\n\r\n"), *length = strcasestr(reply, "\r\nContent-Length:");
        if (end && length) want = (size_t)(end + 4 - reply) + strtoul(length + 17, NULL, 10);
        if (want >= sizeof reply) return 1;
    }
    if (strncmp(reply, "HTTP/1.1 200", 12) != 0 || have != want) return 1;
    memcpy(logits, reply + have - 4 * classes, 4 * (size_t)classes); /* little-endian hosts, as all that this is built for */
    return 0;
}

/* One request as bytes. *out: free(). */
static size_t request(char **out, const bonnet_model_info *info, const uint8_t *pixels, size_t bytes)
{
    char json[512];
    const int n = snprintf(json, sizeof json,
                           "{\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"binary_data\":true}}],\"inputs\":[{\"name\":\"image\",\"datatype\":"
                           "\"%s\",\"shape\":[1,%u,%u,%u],\"parameters\":{\"binary_data_size\":%zu}}]}",
                           info->pixels_signed ? "INT8" : "UINT8", info->height, info->width, info->planes, bytes);
    *out = malloc((size_t)n + bytes + 512);
    if (!*out) return 0;
    const int head = sprintf(
        *out, "POST /v2/models/%.90s/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\nInference-Header-Content-Length: %d\r\n\r\n%s",
        info->name, (size_t)n + bytes, n, json);
    memcpy(*out + head, pixels, bytes);
    return (size_t)head + bytes;
}

enum { IN_PROCESS, DIRECT, BALANCED, WAYS };

static void row(const char *name, double *const t[WAYS], int way, int against, uint32_t n)
{
    const double p50 = t[way][n / 2], p99 = t[way][n * 99 / 100];
    printf("%-15s %8.0f  %8.0f\n", name, p50, p99);
    if (against < 0) return;
    const double q50 = t[against][n / 2], q99 = t[against][n * 99 / 100];
    printf("  added         %8.0f  %8.0f\n  ratio         %8.2f  %8.2f\n", p50 - q50, p99 - q99, p50 / q50, p99 / q99);
}

static int measured(bonnet_device *dev, const bonnet_model *model, const int fd[WAYS], uint32_t n)
{
    bonnet_model_info info;
    if (bonnet_model_info_get(&info, model) != BONNET_OK) return 1;
    const size_t bytes = bonnet_model_input_bytes(model);
    uint8_t *pixels = malloc(bytes);
    int32_t *own = calloc(2 * (size_t)info.classes, sizeof *own), *got = own + info.classes;
    double *all = calloc(WAYS * (size_t)n, sizeof *all), *const t[WAYS] = {all, all + n, all + 2 * (size_t)n};
    char *text = NULL;
    int bad = !pixels || !own || !all;
    for (size_t i = 0; !bad && i < bytes; i++) pixels[i] = (uint8_t)(i * 37 >> 2);
    const size_t size = bad ? 0 : request(&text, &info, pixels, bytes);
    for (uint32_t i = 0; !bad && i < n + 50; i++) /* the first fifty are not counted */
        for (int way = 0; way < WAYS; way++) {
            const double start = us();
            if (way == IN_PROCESS) bad |= bonnet_run_batch(NULL, own, dev, model, pixels, 1) != BONNET_OK;
            else if (fd[way] < 0) continue;
            else bad |= asked(fd[way], text, size, got, info.classes);
            if (i >= 50) t[way][i - 50] = us() - start;
            bad |= way != IN_PROCESS && memcmp(own, got, 4 * info.classes) != 0;
        }
    if (!bad) {
        for (int way = 0; way < WAYS; way++) qsort(t[way], n, sizeof **t, by_size);
        printf("%s, %zu bytes an image, %u of each\n                  p50 us    p99 us\n", info.name, bytes, n);
        row("in process", t, IN_PROCESS, -1, n);
        row("by HTTP", t, DIRECT, IN_PROCESS, n);
        if (fd[BALANCED] >= 0) row("through haproxy", t, BALANCED, DIRECT, n);
    }
    free(pixels);
    free(own);
    free(all);
    free(text);
    return bad;
}

int main(int argc, char **argv)
{
    bonnet_device *dev = NULL;
    bonnet_model *model = NULL;
    const long n = argc > 3 ? atol(argv[3]) : 2000;
    if (argc < 3 || n < 100 || n > 1000000) return fprintf(stderr, "usage: serve_bench MODEL.bonnet PORT [N, 100..1000000 [PORT2]]\n"), 1;
    const int fd[WAYS] = {-1, connected(argv[2]), argc > 4 ? connected(argv[4]) : -1};
    const int bad = fd[DIRECT] < 0 || (argc > 4 && fd[BALANCED] < 0) || bonnet_open(&dev, "cpu:", NULL) != BONNET_OK ||
                    bonnet_model_load(&model, dev, argv[1]) != BONNET_OK || measured(dev, model, fd, (uint32_t)n);
    if (bad) fprintf(stderr, "serve_bench: failed: %s\n", dev ? bonnet_last_error(dev) : "no server, or no device");
    bonnet_model_free(model);
    bonnet_close(dev);
    for (int way = DIRECT; way < WAYS; way++)
        if (fd[way] >= 0) close(fd[way]);
    return bad;
}
