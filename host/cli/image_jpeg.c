/* SPDX-License-Identifier: Apache-2.0 */
/* image_jpeg.c - JPEG through libjpeg(-turbo): gray or colour, 8 bit. What libjpeg would only warn of (data cut short, damaged) is refused. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>
#include "cli.h"

enum { MAX_SIDE = 4096, MAX_SCANS = 100 }; /* a progressive file may name any number of scans, each as dear as the image */

typedef struct decoder {
    struct jpeg_error_mgr error; /* first: libjpeg hands back a pointer to it */
    struct jpeg_progress_mgr progress;
    jmp_buf back;
    char message[JMSG_LENGTH_MAX];
} decoder;

static void give_up(j_common_ptr common)
{
    decoder *d = (decoder *)common->err;
    d->error.format_message(common, d->message);
    longjmp(d->back, 1);
}
static void on_message(j_common_ptr common, int level)
{
    if (level < 0) give_up(common); /* a warning: the data is not what it should be */
}
static void on_progress(j_common_ptr common)
{
    decoder *d = (decoder *)common->err;
    if (((j_decompress_ptr)common)->input_scan_number <= MAX_SCANS) return;
    snprintf(d->message, sizeof d->message, "more than %d scans", MAX_SCANS);
    longjmp(d->back, 1);
}

/* NULL, or what is wrong with the header. */
static const char *refuse(const struct jpeg_decompress_struct *jpeg)
{
    if (jpeg->image_width > MAX_SIDE || jpeg->image_height > MAX_SIDE) return "more than 4096 pixels a side";
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK) return "a CMYK image; convert it to RGB";
    return NULL;
}

int cli_jpeg_decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size)
{
    struct jpeg_decompress_struct jpeg;
    decoder d;
    uint8_t *volatile pixels = NULL; /* volatile: read after a longjmp */
    memset(&d, 0, sizeof d);
    jpeg.err = jpeg_std_error(&d.error);
    d.error.error_exit = give_up;
    d.error.emit_message = on_message;
    d.progress.progress_monitor = on_progress;
    if (setjmp(d.back)) {
        jpeg_destroy_decompress(&jpeg);
        free(pixels);
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: damaged JPEG: %s", path, d.message);
    }
    jpeg_create_decompress(&jpeg);
    jpeg.progress = &d.progress;
    jpeg_mem_src(&jpeg, bytes, (unsigned long)size);
    jpeg_read_header(&jpeg, TRUE);
    const char *why = refuse(&jpeg);
    if (why) {
        jpeg_destroy_decompress(&jpeg);
        return cli_fail(CLI_STATUS - BONNET_EFORMAT, "%s: %s", path, why);
    }
    jpeg.out_color_space = jpeg.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    jpeg.dct_method = JDCT_ISLOW; /* the one that every decoder agrees on to the bit */
    jpeg_start_decompress(&jpeg);
    const size_t planes = (size_t)jpeg.output_components, row = jpeg.output_width * planes;
    pixels = malloc(row * jpeg.output_height);
    if (!pixels) {
        jpeg_destroy_decompress(&jpeg);
        return cli_fail(CLI_STATUS - BONNET_ENOMEM, "%s: out of memory", path);
    }
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW line = pixels + row * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &line, 1);
    }
    *out = (cli_image){.pixels = pixels, .width = jpeg.output_width, .height = jpeg.output_height, .planes = (uint32_t)planes, .count = 1};
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return CLI_OK;
}
