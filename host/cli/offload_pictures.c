/* SPDX-License-Identifier: Apache-2.0 */
/* offload_pictures.c - images of files and of folders, in the order of the command line and of names. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include "offload.h"

enum { NAME = 4400 };

static int add_file(offload_pictures *to, const cli_session *s, const char *path)
{
    const size_t bytes = bonnet_model_input_bytes(s->model);
    cli_image image = {0};
    int code = cli_images_read_for(&image, path, s);
    if (code != CLI_OK) return code;
    uint8_t *pixels = realloc(to->pixels, bytes * (to->count + image.count));
    char **name = pixels ? realloc(to->name, (to->count + image.count) * sizeof *name) : NULL;
    if (pixels) to->pixels = pixels;
    if (name) to->name = name;
    for (size_t i = 0; name && i < image.count && code == CLI_OK; i++) {
        char text[NAME];
        if (image.count > 1) snprintf(text, sizeof text, "%.4096s[%zu]", path, i);
        else snprintf(text, sizeof text, "%.4096s", path);
        memcpy(to->pixels + bytes * to->count, image.pixels + bytes * i, bytes);
        to->name[to->count] = strdup(text);
        if (to->name[to->count]) to->count++;
        else code = CLI_STATUS - BONNET_ENOMEM;
    }
    free(image.pixels);
    return name && code == CLI_OK ? CLI_OK : cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for the images");
}

static int is_picture(const struct dirent *e)
{
    static const char *const ends[] = {".png", ".jpg", ".jpeg", ".pgm", ".ppm", ".npy", ".npz", ".raw"};
    const char *dot = strrchr(e->d_name, '.');
    for (size_t i = 0; e->d_name[0] != '.' && dot && i < sizeof ends / sizeof *ends; i++)
        if (!strcasecmp(dot, ends[i])) return 1;
    return 0;
}

static int add_folder(offload_pictures *to, const cli_session *s, const char *path)
{
    struct dirent **list;
    const int n = scandir(path, &list, is_picture, alphasort);
    if (n < 0) return cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s", path, strerror(errno));
    int code = n ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EIO, "%s: no images in this folder", path);
    for (int i = 0; i < n; i++) {
        char file[NAME];
        if (snprintf(file, sizeof file, "%s/%s", path, list[i]->d_name) >= (int)sizeof file && code == CLI_OK)
            code = cli_fail(CLI_STATUS - BONNET_EIO, "%s: the name is too long", path);
        if (code == CLI_OK) code = add_file(to, s, file);
        free(list[i]);
    }
    free(list);
    return code;
}

int offload_pictures_open(offload_pictures *to, const cli_session *s, const cli_options *o)
{
    int code = CLI_OK;
    for (int i = 0; i < o->argc && code == CLI_OK; i++) {
        struct stat st;
        const bool folder = stat(o->argv[i], &st) == 0 && S_ISDIR(st.st_mode);
        code = folder ? add_folder(to, s, o->argv[i]) : add_file(to, s, o->argv[i]);
    }
    return code;
}

void offload_pictures_free(offload_pictures *p)
{
    for (size_t i = 0; i < p->count; i++) free(p->name[i]);
    free(p->name), free(p->pixels);
}
