/* SPDX-License-Identifier: Apache-2.0 */
/* load_watch.c - what a process holds, by /proc. */
#include <dirent.h>
#include <stdio.h>
#include "load.h"

load_held load_look(int pid)
{
    load_held held = {0};
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        sscanf(line, "VmRSS: %ld kB", &held.rss_kib);
        sscanf(line, "Threads: %ld", &held.threads);
    }
    if (f) fclose(f);
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *d = opendir(path);
    while (d && readdir(d)) held.fds++;
    if (d) closedir(d), held.fds -= 2; /* . and .. */
    return held;
}
