/* SPDX-License-Identifier: Apache-2.0 */
/* zocl.c - the zocl stand-in's state, its /dev and /sys, and the table of ioctls. Uses only the *at() calls: the plain ones are replaced. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "zocl.h"

#define NODE   "/dev/dri/renderD128"
#define DEVICE "/sys/class/drm/renderD128/device/"

static zocl_state state = {.lock = PTHREAD_MUTEX_INITIALIZER, .irq_user = -1, .irq_kernel = -1};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *root; /* NULL: no zocl here */
static int traced;

/* Folders of `path` inside the root, up to its last slash. */
static int folders(const char *path)
{
    char full[ZOCL_PATH];
    const int start = snprintf(full, sizeof full, "%s", root);
    if (start + strlen(path) >= sizeof full) return errno = ENAMETOOLONG, -1;
    strcpy(full + start, path);
    for (char *at = full + start + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        if (mkdir(full, 0777) && errno != EEXIST) return -1;
        *at = '/';
    }
    return 0;
}

int zocl_sysfs(const char *name, const char *text)
{
    char path[ZOCL_PATH];
    snprintf(path, sizeof path, "%s%s%s", root, name[0] == '/' ? "" : DEVICE, name);
    const int fd = openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return -1;
    const ssize_t n = write(fd, text, strlen(text));
    syscall(SYS_close, fd); /* close() is ours, and may have brought us here */
    return n == (ssize_t)strlen(text) ? 0 : -1;
}

static void init(void)
{
    char link[ZOCL_PATH];
    const char *const wanted = getenv("BONNET_ZOCL_ROOT");
    if (!wanted || !*wanted) return;
    for (int i = 0; i < ZOCL_BOS; i++) state.bo[i].memory = -1;
    for (int i = 0; i < ZOCL_FDS; i++) state.node[i] = -1;
    const char *trace = getenv("BONNET_ZOCL_TRACE");
    traced = trace ? atoi(trace) : 0;
    root = wanted;
    snprintf(link, sizeof link, "%s/dev/dri/by-path/platform-axi:zyxclmm_drm-render", root);
    if (folders("/dev/dri/by-path/") || folders(DEVICE) || zocl_sysfs(NODE, "") || zocl_sysfs("kds_custat_raw", "") || zocl_sysfs("xclbinid", "") ||
        (symlink("../renderD128", link) && errno != EEXIST)) {
        fprintf(stderr, "zocl stand-in: BONNET_ZOCL_ROOT=%s: %s; there is no zocl now\n", root, strerror(errno));
        root = NULL;
    }
}

zocl_state *zocl(void)
{
    pthread_once(&once, init);
    return root ? &state : NULL;
}

int zocl_traced(void) { return traced; }

const char *zocl_path(char *out, const char *path)
{
    if (!zocl() || !path || (strncmp(path, "/dev/dri", 8) && strncmp(path, "/sys/class/drm", 14))) return path;
    return snprintf(out, ZOCL_PATH, "%s%s", root, path) < ZOCL_PATH ? out : path;
}

static int version(zocl_version *v)
{
    static const char name[] = "zocl";
    v->major = 2022, v->minor = 1, v->patch = 0;
    if (v->name) memcpy(v->name, name, v->name_len < sizeof name ? v->name_len : sizeof name);
    v->name_len = sizeof name - 1;
    v->date_len = v->desc_len = 0;
    return 0;
}

static int call(zocl_state *z, unsigned number, void *argument)
{
    z->ioctls++;
    switch (number) {
    case ZOCL_VERSION: return version(argument);
    case ZOCL_CREATE_BO: return zocl_bo_create(z, argument);
    case ZOCL_GEM_CLOSE: return zocl_bo_close(z, *(const uint32_t *)argument);
    case ZOCL_MAP_BO: {
        zocl_map *m = argument;
        if (!zocl_bo_find(z, m->handle)) return -1;
        m->offset = (uint64_t)m->handle << 32;
        return 0;
    }
    case ZOCL_SYNC_BO: return zocl_bo_sync(z, argument);
    case ZOCL_INFO_BO: return zocl_bo_info(z, argument);
    case ZOCL_PWRITE_BO: return zocl_bo_copy(z, argument, 1);
    case ZOCL_PREAD_BO: return zocl_bo_copy(z, argument, 0);
    case ZOCL_EXECBUF: return zocl_submit(z, argument);
    case ZOCL_READ_AXLF: return zocl_axlf_load(z, argument);
    case ZOCL_CTX: return zocl_context(z, argument);
    case ZOCL_INFO_CU: {
        zocl_cu *cu = argument;
        if (cu->cu_index > 0) return errno = EINVAL, -1;
        cu->apt_index = 0, cu->cu_index = 0, cu->paddr = BOARD_REGS_ADDR;
        return 0;
    }
    default: return errno = ENOTTY, -1;
    }
}

int zocl_ioctl(zocl_state *z, unsigned number, void *argument)
{
    if (!argument) return errno = EFAULT, -1;
    pthread_mutex_lock(&z->lock);
    const int rc = call(z, number, argument), why = errno;
    pthread_mutex_unlock(&z->lock);
    if (traced && (rc < 0 || traced > 1)) fprintf(stderr, "zocl: ioctl 0x%02x: %s\n", number, rc < 0 ? strerror(why) : "ok");
    errno = why;
    return rc;
}
