/* SPDX-License-Identifier: Apache-2.0 */
/* tool.c - other programs (openFPGALoader, fpgautil): found in PATH, run with a bounded time, quiet unless they fail. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "flash.h"

enum { STEP_MS = 20, NOT_THERE = 127 };

bool cli_tool_find(char *out, size_t bytes, const char *name)
{
    const char *at = getenv("PATH");
    struct stat st;
    for (; at && *at; at += strcspn(at, ":"), at += *at == ':') {
        const int n = snprintf(out, bytes, "%.*s/%s", (int)strcspn(at, ":"), at, name);
        if (n > 0 && (size_t)n < bytes && *out == '/' && stat(out, &st) == 0 && S_ISREG(st.st_mode) && access(out, X_OK) == 0) return true;
    }
    return false;
}

/* A file and not a pipe: neither side can block on the other. A group of its own: what the tool starts ends with it. */
static pid_t start(FILE *out, char *const argv[])
{
    pid_t pid = fork();
    if (pid != 0) return pid;
    int null = open("/dev/null", O_RDONLY);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody programs on behalf of nobody */
    signal(SIGPIPE, SIG_DFL);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(fileno(out), STDOUT_FILENO) < 0 || dup2(fileno(out), STDERR_FILENO) < 0) _exit(NOT_THERE);
    execv(argv[0], argv);
    _exit(NOT_THERE);
}

static int finish(pid_t pid, unsigned limit_ms, bool *late)
{
    int status = -1;
    for (unsigned long ms = 0; ms < limit_ms && !cli_cancelled; ms += STEP_MS) {
        pid_t done = waitpid(pid, &status, WNOHANG);
        if (done == pid) return status;
        if (done < 0 && errno != EINTR) return -1;
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
    }
    *late = true;
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL); /* before it had made its group */
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return -1;
}

/* The last line that says something, without colours and bars. */
static void last_line(char *said, size_t room, FILE *f)
{
    char line[512];
    size_t n = 0;
    rewind(f);
    for (int c = 0; c != EOF;) {
        c = getc(f);
        if (c == 27) /* ESC [ ... letter */
            while ((c = getc(f)) != EOF && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) continue;
        else if (c == '\n' || c == '\r' || c == EOF) {
            line[n] = '\0';
            if (strspn(line, " ") != n) snprintf(said, room, "%s", line);
            n = 0;
        } else if (n + 1 < sizeof line) line[n++] = c >= ' ' && c <= '~' ? (char)c : ' ';
    }
}

int cli_tool_run(char *said, size_t said_bytes, char *const argv[], unsigned limit_ms)
{
    bool late = false;
    FILE *out = tmpfile();
    snprintf(said, said_bytes, "it does not say why");
    if (!out) return cli_fail(CLI_STATUS - BONNET_EIO, "cannot make a temporary file: %s", strerror(errno));
    pid_t pid = start(out, argv);
    const int status = pid < 0 ? -1 : finish(pid, limit_ms, &late);
    last_line(said, said_bytes, out);
    fclose(out);
    if (pid < 0) return cli_fail(CLI_STATUS - BONNET_EIO, "cannot start %s: %s", argv[0], strerror(errno));
    if (late && cli_cancelled) return cli_fail(CLI_INTERRUPTED, "%s: interrupted; the chip may hold no bitstream now: flash again", argv[0]);
    if (late)
        return cli_fail(CLI_STATUS - BONNET_ETIMEOUT, "%s did not finish in %g s and was stopped (last words: %.150s); check the cable, flash again",
                        argv[0], limit_ms / 1e3, said);
    if (status == 0) return CLI_OK;
    return cli_fail(CLI_STATUS - BONNET_EIO, "%s failed: %.200s; check power, cable and `bonnet doctor`, flash again", argv[0], said);
}
