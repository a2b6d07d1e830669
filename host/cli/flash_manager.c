/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash_manager.c - a bitstream on the board itself, by the kernel's FPGA manager. The firmware class wants a file under /lib/firmware; the manager's
 * `flags` (0: the whole chip) and `firmware` attributes are those of AMD's kernel, a mainline kernel has no such way from user space.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "flash.h"

enum { SETTLE_MS = 2000, STEP_MS = 10, TEXT = 64, NO_WAY = CLI_STATUS - BONNET_EUNSUPPORTED };

static void nap(void) { nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL); }

/* 0, or errno. An attribute is written in one piece. */
static int put_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
    if (fd < 0) return errno;
    const int why = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : errno ? errno : EIO;
    close(fd);
    return why;
}

/*
 * Both attributes, by a child: the second write returns when the chip is programmed, and a driver that hangs must not take us with it.
 * 0, errno, or -1: not back in time. A child that hangs in the kernel is left to it.
 */
static int write_attributes(const char *flags, const char *firmware, unsigned limit_ms)
{
    int status;
    pid_t pid = fork();
    if (pid < 0) return errno;
    if (pid == 0) {
        int why = access(flags, F_OK) == 0 ? put_text(flags, "0") : 0;
        if (!why) why = put_text(firmware, FLASH_FIRMWARE);
        _exit(why > 0 && why < 256 ? why : why ? EIO : 0);
    }
    for (unsigned ms = 0; ms < limit_ms; ms += STEP_MS) { /* no way to stop it half way: Ctrl-C waits */
        pid_t done = waitpid(pid, &status, WNOHANG);
        if (done == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
        if (done < 0 && errno != EINTR) return errno;
        nap();
    }
    kill(pid, SIGKILL); /* of use unless it hangs in the kernel */
    return -1;
}

static int check_state(const flash_job *j, const char *manager)
{
    char path[512], state[TEXT];
    snprintf(path, sizeof path, "/sys/class/fpga_manager/%s/state", manager);
    for (int ms = 0; ms < SETTLE_MS; ms += STEP_MS) {
        if (cli_tree_read(state, sizeof state, j->root, path) < 0) *state = '\0';
        if (!strcmp(state, "operating")) return CLI_OK;
        nap();
    }
    return cli_fail(CLI_STATUS - BONNET_EIO, "%s says '%s' and not 'operating': the chip is not programmed; see `dmesg`, flash again", manager,
                    *state ? state : "nothing");
}

/* What was loaded, for `bonnet doctor`: the kernel does not remember. Gone with the next boot, as the bitstream is. */
static void remember(const flash_job *j)
{
    char path[4200], line[512];
    snprintf(path, sizeof path, "%s/run/bonnet", j->root);
    if (mkdir(path, 0755) != 0 && errno != EEXIST) return;
    snprintf(path, sizeof path, "%s/run/bonnet/loaded", j->root);
    const int n = snprintf(line, sizeof line, "%s %.200s\n", j->file->sha256, j->file->name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return;
    if (write(fd, line, (size_t)n) != n) unlink(path); /* nothing is better than half */
    close(fd);
}

static void forget(const flash_job *j)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/run/bonnet/loaded", j->root);
    unlink(path);
}

/* The words as fpga_manager takes them: *out is malloc'ed. */
static int convert(uint8_t **out, const flash_file *f)
{
    uint8_t *bytes = malloc(f->bit.config_bytes);
    if (!bytes) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %s", f->path);
    for (size_t i = 0; i < f->bit.config_bytes; i++) bytes[i] = f->bit.config[f->words.swapped ? i : i ^ 3];
    *out = bytes;
    return CLI_OK;
}

static int program(flash_job *j, const char *manager, const char *fpgautil)
{
    char flags[4200], firmware[4200], copy[4200], said[256];
    char *argv[] = {(char *)(uintptr_t)fpgautil, "-b", copy, "-f", "Full", NULL};
    snprintf(flags, sizeof flags, "%s/sys/class/fpga_manager/%s/flags", j->root, manager);
    snprintf(firmware, sizeof firmware, "%s/sys/class/fpga_manager/%s/firmware", j->root, manager);
    snprintf(copy, sizeof copy, "%s/lib/firmware/" FLASH_FIRMWARE, j->root);
    forget(j);
    if (*fpgautil) return cli_tool_run(said, sizeof said, argv, j->limit_ms);
    const int why = write_attributes(flags, firmware, j->limit_ms);
    if (why < 0)
        return cli_fail(CLI_STATUS - BONNET_ETIMEOUT, "%s did not take the bitstream in %g s; see `dmesg`, switch the board off and on", manager,
                        j->limit_ms / 1e3);
    if (why)
        return cli_fail(CLI_STATUS - BONNET_EIO, "%s: %s%s; the chip may hold no bitstream now: see `dmesg`, flash again", firmware, strerror(why),
                        why == EACCES ? " (flashing on the board is for root: sudo bonnet flash ...)" : "");
    return CLI_OK;
}

int flash_by_manager(flash_job *j)
{
    char manager[TEXT] = "", path[4200], fpgautil[4096] = "", name[TEXT] = "?";
    uint8_t *bytes = NULL;
    if (!cli_tree_next(manager, sizeof manager, j->root, "/sys/class/fpga_manager", "fpga", "")) {
        if (!j->dry)
            return cli_fail(CLI_STATUS - BONNET_ENODEV,
                            "no FPGA manager: this is not the board, or its kernel lacks CONFIG_FPGA_MGR_ZYNQMP_FPGA; from a laptop: --device usb:");
        snprintf(manager, sizeof manager, "fpga0"); /* what would be done where there is one */
    } else {
        snprintf(path, sizeof path, "/sys/class/fpga_manager/%s/name", manager);
        cli_tree_read(name, sizeof name, j->root, path);
        if (!strcasestr(name, "zynqmp"))
            return cli_fail(NO_WAY, "%s is a '%s', not that of a ZynqMP; this machine is no " FLASH_BOARD, manager, name);
        snprintf(path, sizeof path, "%s/sys/class/fpga_manager/%s/firmware", j->root, manager);
        if (access(path, F_OK) != 0 && !cli_tool_find(fpgautil, sizeof fpgautil, "fpgautil"))
            return cli_fail(NO_WAY,
                            "%s takes no bitstream from user space (it has no 'firmware' attribute) and fpgautil is not in PATH; boot AMD's kernel, "
                            "or flash by --device usb:",
                            manager);
    }
    int code = convert(&bytes, j->file);
    if (code != CLI_OK) return code;
    snprintf(path, sizeof path, "/sys/class/fpga_manager/%s/state", manager);
    if (flash_step(j, "write %zu bytes%s to %s/lib/firmware/" FLASH_FIRMWARE " (temporary, synchronise, rename)", j->file->bit.config_bytes,
                   j->file->words.swapped ? "" : ", the four bytes of each word reversed,", j->root))
        code = flash_firmware_put(j, bytes, j->file->bit.config_bytes);
    free(bytes);
    if (code != CLI_OK) return code;
    bool go = *fpgautil
                  ? flash_step(j, "%s -b %s/lib/firmware/" FLASH_FIRMWARE " -f Full", fpgautil, j->root)
                  : flash_step(j, "write '0' to flags and '" FLASH_FIRMWARE "' to firmware, both in %s/sys/class/fpga_manager/%s", j->root, manager);
    if (go) code = program(j, manager, fpgautil);
    if (code == CLI_OK && flash_step(j, "read %s%s until it is 'operating'", j->root, path)) code = check_state(j, manager);
    if (code == CLI_OK && flash_step(j, "remember the hash in %s/run/bonnet/loaded", j->root)) remember(j);
    return code;
}
