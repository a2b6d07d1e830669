/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verilator/bonnet_sim.h"

struct board {
    bonnet_sim *sim;
    uint8_t *dram;
    uint64_t accesses, dead_from; /* register accesses so far; from this one on nobody answers, 0: never */
};

enum { OPTION_BYTES = 512 };

/* One "name=value" of the options; 0: not known. */
static int option(bonnet_sim_config *config, uint64_t *dead_from, const char *name, const char *value)
{
    static const char *const geometries[] = {"asic", "tiny", "zcu102", "small"}; /* in the order of BONNET_SIM_ASIC, .. */
    if (!strcmp(name, "geometry")) {
        for (int i = 0; i < 4; i++)
            if (!strcmp(value, geometries[i])) return config->geometry = i, 1;
        return 0;
    }
    char *end;
    const unsigned long long n = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end) return 0;
    if (!strcmp(name, "latency")) config->latency_cycles = (uint32_t)n;
    else if (!strcmp(name, "stall")) config->stall_percent = (uint32_t)n;
    else if (!strcmp(name, "seed")) config->seed = n;
    else if (!strcmp(name, "error")) config->error_beat = n;
    else if (!strcmp(name, "hang")) config->hang_beat = n;
    else if (!strcmp(name, "dead")) *dead_from = n;
    else return 0;
    return 1;
}

static int options(bonnet_sim_config *config, uint64_t *dead_from, const char *list, char *text)
{
    char copy[OPTION_BYTES];
    if (strlen(list) >= sizeof copy) return snprintf(text, BOARD_TEXT, "board: options longer than %d bytes", OPTION_BYTES - 1), -1;
    strcpy(copy, list);
    for (char *at = copy, *next; *at; at = next) {
        next = at + strcspn(at, ",");
        if (*next) *next++ = '\0';
        char *value = strchr(at, '=');
        if (value) *value++ = '\0';
        if (!value || !option(config, dead_from, at, value)) return snprintf(text, BOARD_TEXT, "board: bad option '%.40s'", at), -1;
    }
    return 0;
}

int board_new(board **out, const char *list, char *text)
{
    bonnet_sim_config config = {.geometry = BONNET_SIM_TINY, .latency_cycles = 40, .bandwidth_percent = 100, .seed = 1};
    void *dram;
    if (!list) list = getenv("BONNET_BOARD");
    board *b = calloc(1, sizeof *b);
    if (!b) return snprintf(text, BOARD_TEXT, "board: out of memory"), -1;
    if (options(&config, &b->dead_from, list ? list : "", text) || bonnet_sim_new(&b->sim, &config, text) != BONNET_SIM_OK) {
        free(b);
        return -1;
    }
    if (bonnet_sim_map(b->sim, BOARD_DRAM_ADDR, BOARD_DRAM_BYTES, &dram) != BONNET_SIM_OK) {
        snprintf(text, BOARD_TEXT, "board: out of memory for DRAM");
        board_free(b);
        return -1;
    }
    b->dram = dram;
    *out = b;
    return 0;
}

void board_free(board *b)
{
    if (!b) return;
    bonnet_sim_free(b->sim);
    free(b);
}

static int dead(board *b) { return b->dead_from && ++b->accesses >= b->dead_from; }

uint32_t board_read(board *b, uint32_t offset)
{
    uint32_t value;
    if (dead(b) || bonnet_sim_read(b->sim, offset, &value) != BONNET_SIM_OK) return UINT32_MAX;
    board_run(b, BOARD_ACCESS_CYCLES);
    return value;
}

void board_write(board *b, uint32_t offset, uint32_t value)
{
    if (dead(b) || bonnet_sim_write(b->sim, offset, value) != BONNET_SIM_OK) return;
    board_run(b, BOARD_ACCESS_CYCLES);
}

int board_run(board *b, uint64_t max_cycles) { return bonnet_sim_run(b->sim, max_cycles) == BONNET_SIM_OK; }

int board_irq(board *b) { return board_run(b, 0); }

uint64_t board_cycles(const board *b)
{
    uint64_t cycles;
    bonnet_sim_time(b->sim, &cycles, NULL);
    return cycles;
}

uint8_t *board_dram(board *b, uint64_t addr, uint64_t bytes)
{
    if (addr < BOARD_DRAM_ADDR || bytes > BOARD_DRAM_BYTES || addr - BOARD_DRAM_ADDR > BOARD_DRAM_BYTES - bytes) return NULL;
    return b->dram + (addr - BOARD_DRAM_ADDR);
}

const char *board_failed(const board *b) { return bonnet_sim_error(b->sim); }
