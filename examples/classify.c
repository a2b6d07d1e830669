/* SPDX-License-Identifier: Apache-2.0 */
/* classify MODEL.bonnet IMAGE.pgm [DEVICE] - the whole of libbonnet in one page; C99 and C++.
 * cc classify.c $(pkg-config --cflags --libs bonnet) */
#include <bonnet.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    bonnet_device *dev = NULL;
    bonnet_model *net = NULL;
    bonnet_result result;
    if (argc < 3) return fprintf(stderr, "usage: classify MODEL.bonnet IMAGE.pgm [DEVICE]\n"), 2;

    bonnet_status status = bonnet_open(&dev, argc > 3 ? argv[3] : "cpu:", NULL);
    if (status == BONNET_OK) status = bonnet_model_load(&net, dev, argv[1]);
    if (status == BONNET_OK) {
        size_t bytes = bonnet_model_input_bytes(net);
        unsigned char *pixels = (unsigned char *)malloc(bytes);
        FILE *file = fopen(argv[2], "rb"); /* a PGM ends with its pixels */
        if (!pixels || !file || fseek(file, -(long)bytes, SEEK_END) != 0 || fread(pixels, 1, bytes, file) != bytes)
            return fprintf(stderr, "classify: cannot read %zu pixels from %s\n", bytes, argv[2]), 1;
        fclose(file);
        status = bonnet_run_image(&result, dev, net, pixels, bytes);
        free(pixels);
    }
    if (status == BONNET_OK) printf("%s %.1f %%\n", bonnet_model_label(net, result.label), 100 * result.score);
    else fprintf(stderr, "classify: %s: %s\n", bonnet_status_name(status), bonnet_last_error(dev));
    bonnet_model_free(net);
    bonnet_close(dev);
    return status == BONNET_OK ? 0 : 1;
}
