/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool_test.c - hard examples on disk: lines there and back, bounds against the rule that says what goes, a lock, a disk that takes no more, half-written files,
 * and a process that is killed while it writes: what it had been told is kept, is there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../host/client/spool.h"
#include "unit.h"

static char folder[] = "/tmp/bonnet_spool_XXXXXX/s";

static void empty_folder(void)
{
    DIR *d = opendir(folder);
    for (const struct dirent *f; d && (f = readdir(d));)
        if (f->d_name[0] != '.') unlinkat(dirfd(d), f->d_name, 0);
    if (d) closedir(d);
    rmdir(folder);
}

static uint32_t files(void)
{
    uint32_t n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *f; d && (f = readdir(d));) n += f->d_name[0] != '.';
    if (d) closedir(d);
    return n;
}

static void write_file(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0) exit(1);
}

static bonnet_spool_example draw(unit *u)
{
    bonnet_spool_example e = {
        .what = unit_below(u, 2), .label = unit_below(u, 5), .above = unit_below(u, 3) ? unit_below(u, 5) : BONNET_SPOOL_NOBODY};
    e.confidence = unit_below(u, 4) ? unit_below(u, 10) : unit_real(u);
    for (int i = 0; i < 32; i++) e.model_sha256[i] = (uint8_t)unit_random(u);
    if (e.what == BONNET_SPOOL_PICTURE) e.height = 1 + unit_below(u, 9), e.width = 1 + unit_below(u, 9), e.planes = 1 + unit_below(u, 3);
    return e;
}

static size_t draw_data(uint8_t data[600], const bonnet_spool_example *e, unit *u)
{
    const size_t size = e->what == BONNET_SPOOL_PICTURE ? e->height * e->width * e->planes : 1 + unit_below(u, 600);
    for (size_t i = 0; i < size; i++) data[i] = (uint8_t)unit_random(u);
    return size;
}

static bonnet_spool *open_spool(uint32_t examples, uint64_t bytes, uint32_t keep)
{
    bonnet_spool *s = NULL;
    char message[200] = "";
    bonnet_spool_options o = BONNET_SPOOL_OPTIONS_INIT;
    o.folder = folder, o.examples = examples, o.bytes = bytes, o.keep = keep, o.message = message, o.message_bytes = sizeof message;
    if (bonnet_spool_open(&s, &o) != BONNET_OK) printf("      %s\n", message);
    return s;
}

static bonnet_spool_stats stats_of(bonnet_spool *s)
{
    bonnet_spool_stats t = {0};
    if (bonnet_spool_stats_get(&t, s) != BONNET_OK) exit(1);
    return t;
}

static bonnet_spool_list list_now(void)
{
    bonnet_spool_list l = {0};
    if (bonnet_spool_list_get(&l, folder, NULL, 0) != BONNET_OK) exit(1);
    return l;
}

static void lines(unit *u)
{
    uint32_t wrong = 0, taken = 0;
    for (uint32_t n = 0; n < 2000; n++) {
        char line[SPOOL_LINE];
        bonnet_spool_example e = draw(u), back = {0};
        e.id = 1 + unit_random(u) % SPOOL_MOST_ID, e.time_s = 1e9 + 1e9 * unit_real(u);
        e.bytes = e.what == BONNET_SPOOL_PICTURE ? spool_picture_bytes(&e) + SPOOL_HEADER : 1 + unit_below(u, 1000000);
        const size_t size = spool_line_write(line, &e);
        wrong += size >= SPOOL_LINE || !spool_line_read(&back, line, size) || memcmp(&e, &back, sizeof e) != 0;
        const uint32_t at = unit_below(u, (uint32_t)size);
        line[at] = (char)(line[at] ^ (1 + unit_below(u, 255)));
        if (!spool_line_read(&back, line, size)) continue;
        char again[SPOOL_LINE]; /* another digit is another number, not a broken line */
        taken++;
        wrong += spool_line_write(again, &back) != size || memcmp(again, line, size) != 0;
    }
    UNIT(u, wrong == 0 && taken < 1200, "lines come back as they were; others are read only as what would be written so", "%u wrong, %u taken", wrong,
         taken);
}

static void there_and_back(unit *u)
{
    enum { N = 30 };
    static uint8_t data[N][600];
    bonnet_spool_example e[N];
    size_t size[N];
    uint32_t wrong = 0;
    bonnet_spool *s = open_spool(0, 0, 0);
    for (uint32_t i = 0; i < N; i++) {
        e[i] = draw(u), size[i] = draw_data(data[i], &e[i], u);
        wrong += bonnet_spool_put(s, &e[i], data[i], size[i]) != BONNET_OK;
        if (i % 8 == 7) wrong += bonnet_spool_sync(s, 60000000) != BONNET_OK;
    }
    bonnet_spool_close(s);
    bonnet_spool_list l = list_now();
    wrong += l.count != N || l.damaged;
    for (uint32_t i = 0; i < N && i < l.count; i++) {
        uint8_t *bytes = NULL;
        size_t got = 0;
        const bonnet_spool_example *x = &l.example[i];
        const size_t head = x->what == BONNET_SPOOL_PICTURE ? SPOOL_HEADER : 0;
        wrong +=
            bonnet_spool_read(&bytes, &got, folder, x, NULL, 0) != BONNET_OK || got != head + size[i] || memcmp(bytes + head, data[i], size[i]) != 0;
        wrong += x->id != i + 1 || x->what != e[i].what || x->label != e[i].label || x->above != e[i].above || !(x->time_s > 1.5e9);
        wrong += head && (memcmp(bytes, "\x93NUMPY\x01\x00\x76\x00{'descr': '|u1'", 25) != 0 || bytes[127] != '\n');
        free(bytes);
    }
    UNIT(u, wrong == 0, "maps and pictures come back, by number", "%u wrong of %zu", wrong, l.count);
    char name[200];
    snprintf(name, sizeof name, "%s/%012llu.%s", folder, (unsigned long long)l.example[3].id, l.example[3].what ? "npy" : "cut");
    const int fd = open(name, O_RDWR);
    uint8_t *bytes = NULL, byte = 0;
    size_t got;
    if (fd < 0 || pread(fd, &byte, 1, 0) != 1 || (byte ^= 1, pwrite(fd, &byte, 1, 0)) != 1 || close(fd) != 0) exit(1);
    UNIT(u, bonnet_spool_read(&bytes, &got, folder, &l.example[3], NULL, 0) == BONNET_EFORMAT, "a flipped bit is seen", "taken");
    UNIT(u,
         bonnet_spool_remove(folder, &l.example[0]) == BONNET_OK && bonnet_spool_remove(folder, &l.example[0]) == BONNET_OK &&
             bonnet_spool_read(&bytes, &got, folder, &l.example[0], NULL, 0) == BONNET_EIO,
         "removed is gone, twice is no error", "not so");
    bonnet_spool_list_free(&l);
    empty_folder();
}

/* The rule, the slow way: what remains of a sequence. */
static void bounds(unit *u)
{
    uint32_t wrong = 0, evicted = 0, refused = 0;
    for (uint32_t n = 0; n < 8; n++) {
        enum { PUTS = 24 };
        bonnet_spool_example kept[PUTS];
        uint8_t data[600];
        const uint32_t most = 1 + unit_below(u, 12), keep = n % 2;
        const uint64_t room = 600 + unit_below(u, 6000);
        uint32_t count = 0, id = 1;
        uint64_t bytes = 0;
        bonnet_spool *s = open_spool(most, room, keep);
        for (uint32_t i = 0; s && i < PUTS; i++) {
            bonnet_spool_example e = draw(u);
            const size_t size = draw_data(data, &e, u);
            wrong += bonnet_spool_put(s, &e, data, size) != BONNET_OK || bonnet_spool_sync(s, 60000000) != BONNET_OK;
            e.id = id, e.bytes = size + (e.what == BONNET_SPOOL_PICTURE ? SPOOL_HEADER : 0);
            uint64_t staying = 0;
            uint32_t stay = 0;
            for (uint32_t k = 0; k < count; k++)
                if (keep == BONNET_SPOOL_HARDEST && bonnet_spool_harder(&kept[k], &e)) staying += kept[k].bytes, stay++;
            const int dropped = stay + 1 > most || staying + e.bytes > room; /* and nothing goes for it */
            while (!dropped && (count + 1 > most || bytes + e.bytes > room)) {
                uint32_t least = 0;
                for (uint32_t k = 1; k < count; k++)
                    if (keep == BONNET_SPOOL_NEWEST ? kept[k].id < kept[least].id : bonnet_spool_harder(&kept[least], &kept[k])) least = k;
                bytes -= kept[least].bytes, kept[least] = kept[--count];
            }
            if (!dropped) kept[count++] = e, bytes += e.bytes, id++;
        }
        const bonnet_spool_stats t = stats_of(s);
        evicted += (uint32_t)t.evicted, refused += (uint32_t)t.dropped_easy;
        bonnet_spool_close(s);
        bonnet_spool_list l = list_now();
        wrong += l.count != count || l.bytes != bytes || l.bytes > room || t.examples != count || t.bytes != bytes || files() != 2 * count + 1;
        for (size_t i = 0; i < l.count; i++) {
            int there = 0;
            for (uint32_t k = 0; k < count; k++)
                there |= kept[k].id == l.example[i].id && memcmp(kept[k].model_sha256, l.example[i].model_sha256, 32) == 0;
            wrong += !there;
        }
        bonnet_spool_list_free(&l);
        empty_folder();
    }
    bonnet_spool *s = open_spool(0, 500, BONNET_SPOOL_NEWEST);
    const bonnet_spool_example any = {.above = BONNET_SPOOL_NOBODY};
    const uint8_t large[501] = {0};
    UNIT(u,
         s && bonnet_spool_put(s, &any, large, 400) == BONNET_OK && bonnet_spool_put(s, &any, large, 501) == BONNET_OK &&
             bonnet_spool_sync(s, 60000000) == BONNET_OK && stats_of(s).examples == 1 && !stats_of(s).evicted && stats_of(s).dropped_easy == 1,
         "one that has no room at all removes nobody", "%u there", s ? stats_of(s).examples : 0);
    bonnet_spool_close(s);
    empty_folder();
    UNIT(u, wrong == 0 && evicted && refused, "within bytes and number, by the rule", "%u wrong, %u evicted, %u refused", wrong, evicted, refused);
    const bonnet_spool_example sure = {.label = 1, .above = 2, .confidence = 9}, unsure = {.label = 1, .above = 2, .confidence = 1},
                               alone = {.label = 1, .above = BONNET_SPOOL_NOBODY, .confidence = 1},
                               agreed = {.label = 1, .above = 1, .confidence = 0.5};
    UNIT(u,
         bonnet_spool_harder(&sure, &unsure) && bonnet_spool_harder(&unsure, &agreed) && bonnet_spool_harder(&agreed, &alone) &&
             !bonnet_spool_harder(&alone, &agreed),
         "sure and contradicted, contradicted, less sure, surer: in this order", "not so");
}

static void trouble(unit *u)
{
    bonnet_spool *s = open_spool(0, 0, 0), *second;
    const bonnet_spool_example e = {.above = BONNET_SPOOL_NOBODY}, picture = {.what = BONNET_SPOOL_PICTURE, .height = 2, .width = 2, .planes = 1},
                               other = {.what = 2}, odd = {.confidence = NAN};
    uint8_t data[5000] = {0};
    char message[200] = "";
    bonnet_spool_options o = BONNET_SPOOL_OPTIONS_INIT;
    o.folder = folder, o.message = message, o.message_bytes = sizeof message;
    UNIT(u, bonnet_spool_open(&second, &o) == BONNET_EIO && strstr(message, "another process"), "a second one is refused", "%s", message);
    UNIT(u,
         bonnet_spool_put(s, &picture, data, 5) == BONNET_EINVAL && bonnet_spool_put(s, &other, data, 5) == BONNET_EINVAL &&
             bonnet_spool_put(s, &odd, data, 5) == BONNET_EINVAL && bonnet_spool_put(s, &e, data, 0) == BONNET_EINVAL,
         "sizes that make no sense are refused", "taken");
    bonnet_spool_close(s);
    o.queue = 4, o.queue_bytes = 1000;
    if (bonnet_spool_open(&s, &o) != BONNET_OK) exit(1);
    UNIT(u,
         bonnet_spool_put(s, &e, data, 1001) == BONNET_OK && bonnet_spool_sync(s, 60000000) == BONNET_OK && stats_of(s).dropped_queue == 1 &&
             !stats_of(s).kept,
         "what the queue cannot hold is dropped and counted", "%llu", (unsigned long long)stats_of(s).dropped_queue);
    const struct rlimit small = {400, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &small) != 0) exit(1);
    const int put = bonnet_spool_put(s, &e, data, 900) == BONNET_OK && bonnet_spool_sync(s, 60000000) == BONNET_OK;
    if (setrlimit(RLIMIT_FSIZE, &none) != 0) exit(1);
    UNIT(u, put && stats_of(s).dropped_disk == 1 && *stats_of(s).line && files() == 1,
         "a disk that takes no more: dropped, counted, nothing left behind", "%llu, %u files", (unsigned long long)stats_of(s).dropped_disk, files());
    UNIT(u, bonnet_spool_put(s, &e, data, 900) == BONNET_OK && bonnet_spool_sync(s, 60000000) == BONNET_OK && stats_of(s).kept == 1,
         "and goes on when it can", "%llu", (unsigned long long)stats_of(s).kept);
    bonnet_spool_close(s);
    write_file("000000000007.cut", "data of nobody");
    write_file("000000000008.json", "{\"bonnet_spool\": 1, \"id\": 8, \"time_s\": 17");
    write_file("000000000008.cut", "torn");
    write_file("000000000009.json.part", "{");
    write_file("readme.txt", "somebody else's");
    bonnet_spool_list l = list_now();
    UNIT(u, l.count == 1 && l.damaged == 1, "half an example is listed as damaged only", "%zu, %zu", l.count, l.damaged);
    bonnet_spool_list_free(&l);
    s = open_spool(0, 0, 0);
    UNIT(u, stats_of(s).repaired == 4 && stats_of(s).examples == 1 && files() == 4, "open removes what is torn, and no more", "%llu, %u files",
         (unsigned long long)stats_of(s).repaired, files());
    bonnet_spool_close(s);
    bonnet_spool_close(NULL);
    empty_folder();
    o.folder = "/proc/none/spool";
    UNIT(u, bonnet_spool_open(&s, &o) == BONNET_EIO && strstr(message, "/proc/none/spool"), "a folder that cannot be made is named", "%s", message);
}

/* Puts, waits, and says on the pipe what is kept; until it is killed. */
static void write_for_ever(int pipe_end, uint64_t seed)
{
    unit u = {.state = seed};
    bonnet_spool *s = open_spool(0, 0, 0);
    for (;;) {
        uint8_t data[600];
        for (uint32_t burst = 1 + unit_below(&u, 5); burst > 0; burst--) {
            const bonnet_spool_example e = draw(&u);
            if (bonnet_spool_put(s, &e, data, draw_data(data, &e, &u)) != BONNET_OK) _exit(1);
        }
        if (bonnet_spool_sync(s, 60000000) != BONNET_OK) _exit(1);
        const uint64_t id = stats_of(s).last_id;
        if (write(pipe_end, &id, sizeof id) != sizeof id) _exit(1);
    }
}

static void killed(unit *u)
{
    uint64_t all = 0, confirmed = 0;
    uint32_t lost = 0, torn = 0;
    for (uint32_t n = 0; n < 8; n++) {
        int ends[2];
        uint64_t id;
        if (pipe(ends) != 0) exit(1);
        const uint64_t seed = unit_random(u);
        fflush(stdout);
        const pid_t child = fork();
        if (child == 0) write_for_ever(ends[1], seed);
        close(ends[1]);
        for (uint32_t reads = 1 + unit_below(u, 12); reads > 0 && read(ends[0], &id, sizeof id) == sizeof id; reads--) confirmed = id;
        usleep(unit_below(u, 3000));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(ends[0], &id, sizeof id) == sizeof id) confirmed = id; /* said before it was killed */
        close(ends[0]);
        bonnet_spool *s = open_spool(0, 0, 0);
        torn += stats_of(s).repaired > 0;
        bonnet_spool_close(s);
        bonnet_spool_list l = list_now();
        lost += l.count < confirmed || l.damaged;
        for (size_t i = 0; i < l.count; i++) {
            uint8_t *bytes = NULL;
            size_t size;
            lost += l.example[i].id != i + 1 || bonnet_spool_read(&bytes, &size, folder, &l.example[i], NULL, 0) != BONNET_OK;
            free(bytes);
        }
        all = l.count;
        bonnet_spool_list_free(&l);
    }
    printf("      %llu examples, %llu confirmed, of 8 processes that were killed; %u left something half-written\n", (unsigned long long)all,
           (unsigned long long)confirmed, torn);
    UNIT(u, lost == 0 && confirmed > 8 && all >= confirmed, "killed: what was kept is there, whole, and the next one goes on", "%u lost", lost);
    empty_folder();
}

int main(int argc, char **argv)
{
    unit u = unit_start(argc, argv, "spool", 1, 1);
    folder[sizeof folder - 3] = 0;
    if (!mkdtemp(folder)) return 1;
    folder[sizeof folder - 3] = '/';
    killed(&u);
    lines(&u);
    there_and_back(&u);
    bounds(&u);
    trouble(&u);
    folder[sizeof folder - 3] = 0;
    rmdir(folder);
    return unit_end(&u);
}
