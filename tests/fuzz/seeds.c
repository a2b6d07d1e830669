/* SPDX-License-Identifier: Apache-2.0 */
/* seeds.c - first inputs for the fuzzers: small sound files of each kind. build/tests/fuzz/seeds FOLDER */
#include <stdio.h>
#include <string.h>
#include "../conform/net_build.h"
#include "../unit/make_onnx.h"
#include "bonnet_codec.h"
#include "file.h"
#include "lower.h"

static int write_seed(const char *folder, const char *kind, int i, const uint8_t *bytes, size_t size)
{
    char path[512];
    bonnet_error err = {""};
    snprintf(path, sizeof path, "%s/%s/seed%d", folder, kind, i);
    if (bonnet_file_save(path, bytes, size, &err) == BONNET_OK) return 1;
    printf("%s\n", err.text);
    return 0;
}

static int one(const char *folder, int i)
{
    const uint8_t job_bytes[40] = "job";
    const bonnet_file_job job = {"asic", job_bytes, sizeof job_bytes};
    bonnet_build b;
    uint8_t *bytes = NULL;
    size_t size;
    bonnet_build_start(&b, (uint64_t)i, i ? 4 : 1);
    int s = bonnet_build_stem(&b, &(bonnet_stem_spec){.h = 4, .w = 4, .planes = 1, .kernel = 3, .stride = 1, .out_c = 64, .dw = 1, .dw_const = 1});
    int c = bonnet_build_conv(&b, BONNET_ALL(&b, s), 64, 1, 1, BONNET_POST_INTERLEAVE, BONNET_ALL(&b, s), BONNET_ALL(&b, s));
    int d = bonnet_build_down(&b, BONNET_ALL(&b, c), 64, 1);
    bonnet_build_last(&b, BONNET_ALL(&b, d), 1);
    bonnet_build_fc(&b, 3);
    bonnet_net *net = bonnet_build_finish(&b);
    if (net && i == 1) bonnet_add_random_exits(net, 4, &bonnet_room_tiny, 2);
    int ok = net && bonnet_file_build(&bytes, &size, net, &job, 1, NULL) == BONNET_OK && write_seed(folder, "bonnet", i, bytes, size);
    free(bytes);
    bytes = NULL;
    bonnet_job *lowered = NULL;
    ok = ok && bonnet_lower(&lowered, net, bonnet_geometry_named("tiny"), &(bonnet_lower_options){.traced = i == 2}, NULL) == BONNET_OK &&
         bonnet_job_serialise(&bytes, &size, lowered, NULL) == BONNET_OK && write_seed(folder, "job", i, bytes, size);
    free(bytes);
    bonnet_job_free(lowered);
    bonnet_net_free(net);
    make_onnx m;
    make_start(&m, (uint64_t)i);
    m.plain = i == 0;
    m.with_exits = i == 1;
    make_network(&m);
    bytes = make_bytes(&m, &size);
    ok = ok && write_seed(folder, "onnx", i, bytes, size);
    free(bytes);
    make_end(&m);
    return ok;
}

/* A network of general layers, and the job of what a chip runs of it. */
static int general(const char *folder, int i)
{
    bonnet_segment *segments = NULL;
    bonnet_job *job = NULL;
    bonnet_net *net = bonnet_random_general((uint64_t)i);
    uint8_t *bytes = NULL;
    uint32_t n = 0;
    size_t size;
    if (net && i % 2) bonnet_add_random_exits(net, (uint64_t)i, &bonnet_room_tiny, 2);
    int ok = net && bonnet_file_build(&bytes, &size, net, NULL, 0, NULL) == BONNET_OK && write_seed(folder, "bonnet", i, bytes, size);
    free(bytes);
    bytes = NULL;
    ok = ok && bonnet_segments(&segments, &n, net, bonnet_geometry_named("tiny"), NULL) == BONNET_OK;
    if (ok && n)
        ok = bonnet_lower(&job, segments[0].net, bonnet_geometry_named("tiny"), &(bonnet_lower_options){.batch = 1 + (uint32_t)i % 2}, NULL) ==
                 BONNET_OK &&
             bonnet_job_serialise(&bytes, &size, job, NULL) == BONNET_OK && write_seed(folder, "job", i, bytes, size);
    free(bytes);
    bonnet_job_free(job);
    bonnet_segments_free(segments, n);
    bonnet_net_free(net);
    return ok;
}

static int images(const char *folder)
{
    static const char pgm[] = "P5\n# gray\n2 2\n255\nabcd", ppm[] = "P6 1 2 255\nabcdef";
    static const uint8_t png[] = {/* 1 x 1, gray */
                                  0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,    0,    13,  'I',  'H',  'D',  'R',  0,
                                  0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,    0,   0x3a, 0x7e, 0x9b, 0x55, 0,
                                  0,    0,    10,   'I',  'D',  'A',  'T',  0x78, 0x9c, 0x63, 0x68, 0,   0,    0,    0x82, 0,    0x81,
                                  0x77, 0xcd, 0x72, 0xb6, 0,    0,    0,    0,    'I',  'E',  'N',  'D', 0xae, 0x42, 0x60, 0x82};
    static const uint8_t jpeg[] = {/* 2 x 2, gray */
                                   255, 216, 255, 224, 0,   16,  74,  70,  73,  70,  0,   1,   1,   0,   0,   1,   0,   1,   0,   0,   255, 219, 0,
                                   67,  0,   80,  55,  60,  70,  60,  50,  80,  70,  65,  70,  90,  85,  80,  95,  120, 200, 130, 120, 110, 110, 120,
                                   245, 175, 185, 145, 200, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                   255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 192, 0,
                                   11,  8,   0,   2,   0,   2,   1,   1,   17,  0,   255, 196, 0,   20,  0,   1,   0,   0,   0,   0,   0,   0,   0,
                                   0,   0,   0,   0,   0,   0,   0,   0,   4,   255, 196, 0,   20,  16,  1,   0,   0,   0,   0,   0,   0,   0,   0,
                                   0,   0,   0,   0,   0,   0,   0,   0,   255, 218, 0,   8,   1,   1,   0,   0,   63,  0,   19,  255, 217};
    return write_seed(folder, "image", 3, jpeg, sizeof jpeg) && write_seed(folder, "image", 0, (const uint8_t *)pgm, sizeof pgm - 1) &&
           write_seed(folder, "image", 1, (const uint8_t *)ppm, sizeof ppm - 1) && write_seed(folder, "image", 2, png, sizeof png);
}

/* As numpy.save() and numpy.savez_compressed() write them: 2 x 3 x 3 numbers. */
static int arrays(const char *folder)
{
    static const uint8_t npy[] = {
        147, 78,  85,  77, 80,  89, 1,   0,   118, 0,   123, 39,  100, 101, 115, 99, 114, 39,  58,  32, 39, 124, 117, 49,  39, 44,  32,  39, 102, 111,
        114, 116, 114, 97, 110, 95, 111, 114, 100, 101, 114, 39,  58,  32,  70,  97, 108, 115, 101, 44, 32, 39,  115, 104, 97, 112, 101, 39, 58,  32,
        40,  50,  44,  32, 51,  44, 32,  51,  41,  44,  32,  125, 32,  32,  32,  32, 32,  32,  32,  32, 32, 32,  32,  32,  32, 32,  32,  32, 32,  32,
        32,  32,  32,  32, 32,  32, 32,  32,  32,  32,  32,  32,  32,  32,  32,  32, 32,  32,  32,  32, 32, 32,  32,  32,  32, 32,  32,  32, 32,  32,
        32,  32,  32,  32, 32,  32, 32,  10,  0,   1,   2,   3,   4,   5,   6,   7,  8,   9,   10,  11, 12, 13,  14,  15,  16, 17};
    static const uint8_t npz[] = {80,  75,  3,   4,   20,  0,   0,   0,   8,   0,   0,   0,   33,  0,   133, 77,  115, 77,  90,  0,   0,   0,   146,
                                  0,   0,   0,   10,  0,   20,  0,   105, 109, 97,  103, 101, 115, 46,  110, 112, 121, 1,   0,   16,  0,   146, 0,
                                  0,   0,   0,   0,   0,   0,   90,  0,   0,   0,   0,   0,   0,   0,   155, 236, 23,  234, 27,  16,  201, 200, 80,
                                  198, 80,  173, 158, 146, 90,  156, 92,  164, 110, 165, 160, 94,  147, 105, 168, 174, 163, 160, 158, 150, 95,  84,
                                  82,  148, 152, 23,  159, 95,  148, 146, 10,  18,  119, 75,  204, 41,  78,  5,   138, 23,  103, 36,  22,  164, 2,
                                  249, 26,  70,  58,  10,  198, 64,  164, 169, 163, 80,  171, 64,  30,  224, 98,  96,  100, 98,  102, 97,  101, 99,
                                  231, 224, 228, 226, 230, 225, 229, 227, 23,  16,  4,   0,   80,  75,  1,   2,   20,  3,   20,  0,   0,   0,   8,
                                  0,   0,   0,   33,  0,   133, 77,  115, 77,  90,  0,   0,   0,   146, 0,   0,   0,   10,  0,   0,   0,   0,   0,
                                  0,   0,   0,   0,   0,   0,   128, 1,   0,   0,   0,   0,   105, 109, 97,  103, 101, 115, 46,  110, 112, 121, 80,
                                  75,  5,   6,   0,   0,   0,   0,   1,   0,   1,   0,   56,  0,   0,   0,   150, 0,   0,   0,   0,   0};
    return write_seed(folder, "array", 0, npy, sizeof npy) && write_seed(folder, "array", 1, npz, sizeof npz);
}

/* A .bit, its configuration data alone, and an .xclbin around it (layouts: host/cli/flash_bit.c, flash_xclbin.c). */
static int bitstreams(const char *folder)
{
    static const char bit[] = "\0\011\x0f\xf0\x0f\xf0\x0f\xf0\x0f\xf0\0\0\1a\0\023t;UserID=0X1234567\0b\0\2p\0c\0\2d\0d\0\2t\0e\0\0\0\030"
                              "\xff\xff\xff\xff\xaa\x99\x55\x66\x20\0\0\0\x30\x01\x80\x01\x04\x73\x80\x93\x50\0\0\0";
    enum { HEADER = 496, BIT = sizeof bit - 1, CONFIG = 24 };
    uint8_t xclbin[HEADER + BIT] = "xclbin2";
    xclbin[304] = (uint8_t)(sizeof xclbin & 0xff);
    xclbin[305] = (uint8_t)(sizeof xclbin >> 8);
    memcpy(xclbin + 352, "x:zcu102:b:1", 12);
    xclbin[448] = 1;
    xclbin[456 + 24] = HEADER & 0xff;
    xclbin[456 + 25] = HEADER >> 8;
    xclbin[456 + 32] = BIT;
    memcpy(xclbin + HEADER, bit, BIT);
    return write_seed(folder, "bitstream", 0, (const uint8_t *)bit, BIT) &&
           write_seed(folder, "bitstream", 1, (const uint8_t *)bit + BIT - CONFIG, CONFIG) &&
           write_seed(folder, "bitstream", 2, xclbin, sizeof xclbin);
}

/* The same small tensor through every codec, in 3 bits and as it is. */
static int tensors(const char *folder)
{
    static const float values[24] = {0, 0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 2, 0, 0, -3, 4};
    int ok = 1;
    for (int i = 0; i < 6 && ok; i++) {
        const bonnet_codec_tensor t = {BONNET_CODEC_F32, 3, {2, 3, 4}, values};
        bonnet_codec_options o = BONNET_CODEC_OPTIONS_INIT;
        uint8_t *stream = NULL;
        size_t size = 0;
        o.bits = i / 3 * 3, o.codec = (uint32_t)i % 3, o.keep_above = 10;
        ok = bonnet_codec_encode(&stream, &size, &t, &o) == BONNET_OK && write_seed(folder, "codec", i, stream, size);
        ok = ok && write_seed(folder, "cut", i, stream, size); /* that fuzzer puts a header before them */
        free(stream);
    }
    return ok;
}

/* Requests to a server: JSON alone, and with bytes behind it. The first two bytes say how many of the rest are JSON, 0: all. */
static int requests(const char *folder)
{
    static const char flat[] = "\0\0{\"id\":\"a\",\"parameters\":{\"timeout\":9,\"binary_data_output\":true},\"outputs\":[{\"name\":\"label\","
                               "\"parameters\":{\"binary_data\":false}}],"
                               "\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,2,2,1],\"data\":[0,1,2,255]}]}";
    static const char json[] =
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[1,2,2,1],\"parameters\":{\"binary_data_size\":4}}]}";
    uint8_t binary[2 + sizeof json - 1 + 4] = {sizeof json - 1, 0};
    memcpy(binary + 2, json, sizeof json - 1);
    return write_seed(folder, "oip", 0, (const uint8_t *)flat, sizeof flat - 1) && write_seed(folder, "oip", 1, binary, sizeof binary);
}

/* What a server says: replies likewise, and descriptions of models. */
static int messages(const char *folder)
{
    static const char flat[] = "\0\0{\"id\":\"7\",\"model_version\":\"1\",\"parameters\":{\"bonnet_queue_us\":3,\"bonnet_compute_us\":9},"
                               "\"outputs\":[{\"name\":\"logits\",\"datatype\":\"INT32\",\"shape\":[1,3],\"data\":[[5,-6,7]]}]}";
    static const char model[] =
        "\0\0{\"name\":\"n\",\"versions\":[\"1\"],\"inputs\":[{\"name\":\"image\",\"datatype\":\"UINT8\",\"shape\":[-1,2,2]}],"
        "\"outputs\":[{\"name\":\"logits\",\"datatype\":\"INT32\",\"shape\":[-1,3]}],\"extensions\":[\"binary_tensor_data\"]}";
    static const char json[] = "{\"outputs\":[{\"name\":\"logits\",\"datatype\":\"FP32\",\"shape\":[1,3],\"parameters\":{\"binary_data_size\":12}}]}";
    uint8_t binary[2 + sizeof json - 1 + 12] = {sizeof json - 1, 0x80};
    memcpy(binary + 2, json, sizeof json - 1);
    return write_seed(folder, "message", 0, (const uint8_t *)flat, sizeof flat - 1) &&
           write_seed(folder, "message", 1, (const uint8_t *)model, sizeof model - 1) && write_seed(folder, "message", 2, binary, sizeof binary);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    for (int i = 0; i < 3; i++)
        if (!one(argv[1], i)) return 1;
    for (int i = 3; i < 15; i++)
        if (!general(argv[1], i)) return 1;
    return images(argv[1]) && arrays(argv[1]) && tensors(argv[1]) && bitstreams(argv[1]) && requests(argv[1]) && messages(argv[1]) ? 0 : 1;
}
