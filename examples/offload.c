/* SPDX-License-Identifier: Apache-2.0 */
/* offload MODEL.bonnet URL IMAGE.pgm... - co-inference in one page: the first layers here, the rest at URL (bonnet serve), every answer within 100 ms; C99 and C++.
 * cc offload.c $(pkg-config --cflags --libs bonnet) */
#include <bonnet_client.h>
#include <stdio.h>
#include <stdlib.h>

/* A PGM ends with its pixels. */
static int read_pixels(unsigned char *pixels, size_t bytes, const char *path)
{
    FILE *file = fopen(path, "rb");
    const int good = file && fseek(file, -(long)bytes, SEEK_END) == 0 && fread(pixels, 1, bytes, file) == bytes;
    if (file) fclose(file);
    return good;
}

int main(int argc, char **argv)
{
    static bonnet_answer answer;
    bonnet_device *dev = NULL;
    bonnet_model *net = NULL;
    bonnet_client *client = NULL;
    bonnet_client_plan split = {0, BONNET_SEND_MAP, 2, 0, NULL, NULL, 0}; /* the map of cut 2 goes to MODEL.tail2 */
    bonnet_client_options options = BONNET_CLIENT_OPTIONS_INIT;
    char line[256] = "";
    int i;
    if (argc < 4) return fprintf(stderr, "usage: offload MODEL.bonnet URL IMAGE.pgm...\n"), 2;

    bonnet_status status = bonnet_open(&dev, "cpu:", NULL);
    if (status == BONNET_OK) status = bonnet_model_load(&net, dev, argv[1]);
    if (status == BONNET_OK) {
        options.url = argv[2];
        options.plans = &split;
        options.plan_count = 1;
        options.margin_us = 10000;
        options.message = line;
        options.message_bytes = sizeof line;
        status = bonnet_client_open(&client, dev, net, &options); /* the server need not be there */
    }
    for (i = 3; i < argc && status == BONNET_OK; i++) {
        size_t bytes = bonnet_model_input_bytes(net);
        unsigned char *pixels = (unsigned char *)malloc(bytes);
        if (!pixels || !read_pixels(pixels, bytes, argv[i])) return fprintf(stderr, "offload: cannot read %zu pixels from %s\n", bytes, argv[i]), 1;
        status = bonnet_client_run(&answer, client, pixels, bytes, 100000);
        free(pixels);
        if (status != BONNET_OK) break;
        printf("%s: %s, by %s", argv[i], bonnet_model_label(net, answer.result.label), bonnet_where_name(answer.where));
        if (answer.flags & BONNET_ANSWER_FALLBACK) printf(" (%s)", bonnet_why_name(answer.why));
        printf(" in %.2f ms\n", 1e-3 * (double)answer.total_us);
    }
    if (status != BONNET_OK) fprintf(stderr, "offload: %s: %s\n", bonnet_status_name(status), *line ? line : bonnet_last_error(dev));
    bonnet_client_close(client);
    bonnet_model_free(net);
    bonnet_close(dev);
    return status == BONNET_OK ? 0 : 1;
}
