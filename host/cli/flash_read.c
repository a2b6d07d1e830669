/* SPDX-License-Identifier: Apache-2.0 */
/* flash_read.c - a bitstream file into memory: hashed, recognised, and refused if it is for another chip. */
#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "flash.h"

enum { BAD_FILE = CLI_STATUS - BONNET_EFORMAT, NO_FILE = CLI_STATUS - BONNET_EIO, OTHER_CHIP = CLI_STATUS - BONNET_EUNSUPPORTED };

static int take_bytes(flash_file *f, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return cli_fail(NO_FILE, "%s: %s", f->path, strerror(errno));
    if (S_ISDIR(st.st_mode)) return cli_fail(NO_FILE, "%s: a folder; give the bitstream in it", f->path);
    if (!S_ISREG(st.st_mode)) return cli_fail(NO_FILE, "%s: not a file; a bitstream is read whole before anything is touched", f->path);
    if (st.st_size == 0) return cli_fail(BAD_FILE, "%s: empty; copy it again", f->path);
    if (st.st_size > FLASH_MAX_BYTES) return cli_fail(BAD_FILE, "%s: %lld bytes, far more than a bitstream has", f->path, (long long)st.st_size);
    f->bytes = malloc((size_t)st.st_size);
    if (!f->bytes) return cli_fail(CLI_STATUS - BONNET_ENOMEM, "out of memory for %s", f->path);
    while (f->size < (size_t)st.st_size) {
        ssize_t n = read(fd, f->bytes + f->size, (size_t)st.st_size - f->size);
        if (n < 0 && errno == EINTR && !cli_cancelled) continue;
        if (n <= 0) return cli_fail(NO_FILE, "%s: %s", f->path, n < 0 ? strerror(errno) : "it shrank while it was read");
        f->size += (size_t)n;
    }
    SHA2_CTX c;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Init(&c);
    SHA256Update(&c, f->bytes, f->size);
    SHA256Final(digest, &c);
    for (size_t i = 0; i < sizeof digest; i++) snprintf(f->sha256 + 2 * i, 3, "%02x", digest[i]);
    return CLI_OK;
}

/* Sets config and the texts; whatever is not .bit or .xclbin must be bare configuration data. */
static int recognise(flash_file *f)
{
    const char *wrong = NULL;
    if (f->size >= 7 && !memcmp(f->bytes, "xclbin2", 7)) {
        flash_xclbin x;
        f->kind = "xclbin";
        wrong = flash_xclbin_parse(&x, f->bytes, f->size);
        if (wrong) return cli_fail(BAD_FILE, "%s: %s", f->path, wrong);
        memcpy(f->vbnv, x.vbnv, sizeof f->vbnv);
        if (!strstr(f->vbnv, FLASH_BOARD))
            return cli_fail(OTHER_CHIP, "%s: made for the platform '%s', not for a " FLASH_BOARD "; take the file of this board", f->path, f->vbnv);
        if (!x.bits) return cli_fail(BAD_FILE, "%s: no bitstream inside; flash the .bit of the same build, then let XRT open this file", f->path);
        if (flash_bit_parse(&f->bit, x.bits, x.bits_bytes)) { /* a section may also be the bare data */
            f->bit.config = x.bits;
            f->bit.config_bytes = x.bits_bytes;
        } else {
            f->image = x.bits;
            f->image_bytes = x.bits_bytes;
        }
    } else if (f->size >= 2 && !f->bytes[0] && f->bytes[1] == 9) {
        f->kind = "bit";
        wrong = flash_bit_parse(&f->bit, f->bytes, f->size);
        f->image = f->bytes;
        f->image_bytes = f->size;
    } else {
        f->kind = "bin";
        f->bit.config = f->bytes;
        f->bit.config_bytes = f->size;
    }
    if (!wrong) wrong = flash_words_parse(&f->words, f->bit.config, f->bit.config_bytes);
    if (!wrong && f->bit.config_bytes % 4) wrong = "configuration data is no row of 32-bit words";
    return wrong ? cli_fail(BAD_FILE, "%s: %s; copy it again or take the right file", f->path, wrong) : CLI_OK;
}

static int check_part(const flash_file *f)
{
    if (*f->bit.part && strcmp(f->bit.part, FLASH_PART))
        return cli_fail(OTHER_CHIP, "%s: made for %s, and a " FLASH_BOARD " has a " FLASH_PART "; take the file of this board", f->path, f->bit.part);
    if (f->words.idcode && (f->words.idcode & 0x0fffffffu) != FLASH_IDCODE)
        return cli_fail(OTHER_CHIP, "%s: its data is for the device 0x%08x, and a " FLASH_BOARD " has 0x%08x; take the file of this board", f->path,
                        f->words.idcode, FLASH_IDCODE);
    if (!*f->bit.part && !f->words.idcode)
        return cli_fail(BAD_FILE, "%s: it does not say which chip it is for; flash the .bit of the same build", f->path);
    return CLI_OK;
}

int flash_file_read(flash_file *out, const char *path)
{
    flash_file f = {.path = path, .name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path};
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), code;
    if (fd < 0) return cli_fail(NO_FILE, "%s: %s", path, strerror(errno));
    code = take_bytes(&f, fd);
    close(fd);
    if (code == CLI_OK) code = recognise(&f);
    if (code == CLI_OK) code = check_part(&f);
    if (code == CLI_OK) *out = f;
    else free(f.bytes);
    return code;
}

void flash_file_free(flash_file *f)
{
    free(f->bytes);
    memset(f, 0, sizeof *f);
}
