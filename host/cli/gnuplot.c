/* SPDX-License-Identifier: Apache-2.0 */
/* gnuplot.c - a drawing by gnuplot, as a child with a bounded time: script in, SVG out. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cli.h"

enum { LIMIT_MS = 30000, STEP_MS = 5, NOT_THERE = 127 };

/* The child sees files, so that neither side can block on the other. */
static pid_t start(FILE *in, FILE *out, FILE *err)
{
    pid_t pid = fork();
    if (pid != 0) return pid;
    if (dup2(fileno(in), STDIN_FILENO) < 0 || dup2(fileno(out), STDOUT_FILENO) < 0 || dup2(fileno(err), STDERR_FILENO) < 0) _exit(NOT_THERE);
    signal(SIGPIPE, SIG_DFL);
    execlp("gnuplot", "gnuplot", "-", (char *)NULL);
    _exit(NOT_THERE);
}

/* Exit status as from waitpid(), -1 if it had to be killed. */
static int finish(pid_t pid)
{
    int status;
    for (int ms = 0; ms < LIMIT_MS && !cli_cancelled; ms += STEP_MS) {
        pid_t done = waitpid(pid, &status, WNOHANG);
        if (done == pid) return status;
        if (done < 0 && errno != EINTR) return -1;
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
    }
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return -1;
}

static char *read_all(FILE *f, size_t *bytes)
{
    if (fseek(f, 0, SEEK_END) != 0) return NULL;
    long size = ftell(f);
    if (size < 0) return NULL;
    rewind(f);
    char *text = malloc((size_t)size + 1);
    if (!text) return NULL;
    *bytes = fread(text, 1, (size_t)size, f);
    text[*bytes] = '\0';
    return text;
}

static int draw(char **svg, size_t *bytes, const char *script, FILE *in, FILE *out, FILE *err)
{
    if (fputs(script, in) == EOF || fflush(in) != 0 || lseek(fileno(in), 0, SEEK_SET) != 0)
        return cli_fail(CLI_STATUS - BONNET_EIO, "cannot write a temporary file: %s", strerror(errno));
    pid_t pid = start(in, out, err);
    if (pid < 0) return cli_fail(CLI_STATUS - BONNET_EIO, "cannot start gnuplot: %s", strerror(errno));
    int status = finish(pid);
    if (cli_cancelled) return cli_fail(CLI_INTERRUPTED, "interrupted while drawing");
    if (status == -1) return cli_fail(CLI_STATUS - BONNET_ETIMEOUT, "gnuplot did not finish in %d s", LIMIT_MS / 1000);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
        return cli_fail(CLI_STATUS - BONNET_EIO, "gnuplot is not installed, and the pictures are its work; on Debian: apt install gnuplot-nox");
    size_t said_bytes = 0;
    char *said = read_all(err, &said_bytes);
    if (status != 0) {
        char *line = said;
        for (char *at = said; at && *at; at++) /* the last line that says something */
            if (*at == '\n' && at[1] && at[1] != '\n') line = at + 1;
        if (line) line[strcspn(line, "\n")] = '\0';
        int code = cli_fail(CLI_STATUS - BONNET_EIO, "gnuplot failed: %.150s", line && *line ? line : "it does not say why");
        free(said);
        return code;
    }
    free(said);
    *svg = read_all(out, bytes);
    if (!*svg) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for a drawing");
    if (!strstr(*svg, "</svg>")) {
        free(*svg);
        *svg = NULL;
        return cli_fail(CLI_STATUS - BONNET_EIO, "gnuplot drew nothing");
    }
    return CLI_OK;
}

int cli_gnuplot(char **svg, size_t *bytes, const char *script)
{
    FILE *in = tmpfile(), *out = tmpfile(), *err = tmpfile();
    int code = in && out && err ? draw(svg, bytes, script, in, out, err)
                                : cli_fail(CLI_STATUS - BONNET_EIO, "cannot make a temporary file: %s", strerror(errno));
    if (in) fclose(in);
    if (out) fclose(out);
    if (err) fclose(err);
    return code;
}
