/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flash_jtag.c - a bitstream through the board's USB-JTAG cable, by openFPGALoader. It is given a private copy of the bytes that were checked:
 * what lies at the path may change while it works. The configuration is volatile: nothing on the board is written for good.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "flash.h"

static int write_copy(const char *path, const flash_file *f)
{
    FILE *out = fopen(path, "wbx");
    bool good = out && fwrite(f->image, 1, f->image_bytes, out) == f->image_bytes;
    int why = errno;
    if (out && fclose(out) != 0 && good) good = false, why = errno;
    return good ? CLI_OK : cli_fail(CLI_STATUS - BONNET_EIO, "cannot write %s: %s; nothing was touched", path, strerror(why));
}

int flash_by_jtag(flash_job *j)
{
    const flash_file *f = j->file;
    char loader[4096], folder[256], copy[300], said[256];
    const char *tmp = getenv("TMPDIR");
    cli_cable cable;
    if (!f->image)
        return cli_fail(CLI_STATUS - BONNET_EUNSUPPORTED, "%s: through the cable only a .bit can go; flash the .bit of the same build", f->path);
    if (!cli_tool_find(loader, sizeof loader, "openFPGALoader"))
        return cli_fail(CLI_STATUS - BONNET_ENODEV,
                        "openFPGALoader is not in PATH, and the cable is its work; on Debian: apt install openfpgaloader");
    if (!cli_find_cable(&cable, j->root, j->serial, 0)) {
        if (!j->dry) {
            return cli_fail(CLI_STATUS - BONNET_ENODEV,
                            "no USB-JTAG cable (0403:6014)%s%s; connect J2 of the board, switch it on, see `bonnet doctor`",
                            *j->serial ? " with serial " : "", j->serial);
        }
        cable = (cli_cable){"", "a cable that is not there now", "", ""};
    }
    char *argv[] = {loader, "--quiet", "-b", FLASH_BOARD, *j->serial ? "--ftdi-serial" : copy, j->serial, copy, NULL};
    if (!*j->serial) argv[5] = NULL;
    snprintf(folder, sizeof folder, "%s/bonnet-XXXXXX", tmp && strlen(tmp) < 200 ? tmp : "/tmp");
    flash_step(j, "copy %zu checked bytes to a private temporary file", f->image_bytes);
    if (!flash_step(j, "%s --quiet -b " FLASH_BOARD "%s%s COPY.bit   (cable %s, at most %g s)", loader, *j->serial ? " --ftdi-serial " : "",
                    j->serial, cable.node, j->limit_ms / 1e3))
        return CLI_OK;
    if (!mkdtemp(folder)) return cli_fail(CLI_STATUS - BONNET_EIO, "cannot make %s: %s; nothing was touched", folder, strerror(errno));
    snprintf(copy, sizeof copy, "%s/bonnet.bit", folder);
    int code = write_copy(copy, f);
    if (code == CLI_OK) code = cli_tool_run(said, sizeof said, argv, j->limit_ms);
    unlink(copy);
    rmdir(folder);
    return code;
}
