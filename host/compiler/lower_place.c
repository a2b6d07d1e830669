/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lower_place.c - a place in the feature buffer for every buffer of the program. First the rings: as many rows as live at once. Then
 * places: lowest first, where no two rows share a word while both live. So the result of a block may creep over the operands that it uses up.
 *
 * Time is a circle: the next walk follows, and what it writes early lives beside what this one reads late.
 */
#include <stdlib.h>
#include <string.h>
#include "lower_parts.h"

typedef struct life {
    int32_t from, to;
} life;

/* Moves of a buffer's rows that a ring of so many rows cuts in two. */
static uint32_t cuts(const lower_plan *p, uint32_t buffer, uint32_t rows)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_items; i++) {
        const lower_item *it = &p->items[i];
        if ((it->unit == LOWER_LOAD || it->unit == LOWER_STORE) && it->out == (int32_t)buffer) n += it->y0 % rows + it->rows > rows;
    }
    return n;
}

uint32_t lower_count(const lower_plan *p)
{
    uint32_t n = p->n_items;
    for (uint32_t i = 0; i < p->n_buffers; i++) n += p->buffers[i].ring ? cuts(p, i, p->buffers[i].rows) : 0;
    return n;
}

static void size_ring(const lower_plan *p, lower_buffer *b)
{
    uint32_t rows = 1;
    for (uint32_t y = 0; y < b->height; y++) {
        if (b->birth[y] == INT32_MAX) b->birth[y] = b->death[y] == INT32_MIN ? 0 : b->death[y];
        if (b->death[y] < b->birth[y]) b->death[y] = b->birth[y];
    }
    for (uint32_t y = 0; y < b->height; y++)
        for (uint32_t old = y > LOWER_MAX_RING ? y - LOWER_MAX_RING : 0; old < y; old++)
            if (b->death[old] >= b->birth[y]) {
                rows = y - old + 1 > rows ? y - old + 1 : rows;
                break;
            }
    uint32_t buffer = (uint32_t)(b - p->buffers), best = rows, least = p->even_rings && b->window ? cuts(p, buffer, rows) : 0;
    for (uint32_t more = rows + 1; least && more <= rows + p->even_rings && more < b->height && more <= LOWER_MAX_RING; more++)
        if (cuts(p, buffer, more) < least) {
            best = more;
            least = cuts(p, buffer, more);
        }
    rows = best;
    b->ring = b->window && rows < b->height && rows <= LOWER_MAX_RING;
    b->rows = b->ring ? rows : b->height;
    b->words = (b->rows * b->pitch + 3) & ~3u;
}

static life hull(const lower_buffer *b)
{
    life l = {INT32_MAX, INT32_MIN};
    for (uint32_t y = 0; y < b->height; y++) {
        l.from = b->birth[y] < l.from ? b->birth[y] : l.from;
        l.to = b->death[y] > l.to ? b->death[y] : l.to;
    }
    return l;
}

static life row_life(const lower_buffer *b, uint32_t y, life all) { return b->ring ? all : (life){b->birth[y], b->death[y]}; }

/* Does a row of a at word `at` meet a row of b, whose times are `shift` later? */
static int meets(const lower_buffer *a, life la, uint32_t at, const lower_buffer *b, life lb, int32_t shift)
{
    if (at >= b->word + b->words || b->word >= at + a->words || la.from > lb.to + shift || lb.from + shift > la.to) return 0;
    if (a->ring && b->ring) return 1;
    for (uint32_t y = 0; y < a->rows; y++) {
        uint32_t lo = at + y * a->pitch, hi = y + 1 == a->rows ? at + a->words : lo + a->pitch;
        if (lo >= b->word + b->words || hi <= b->word) continue;
        life ra = row_life(a, y, la);
        uint32_t z0 = lo > b->word ? (lo - b->word) / b->pitch : 0, z1 = (hi - 1 - b->word) / b->pitch;
        if (z0 >= b->rows) z0 = b->rows - 1;
        for (uint32_t z = z0; z <= z1 && z < b->rows; z++) {
            life rb = row_life(b, z, lb);
            if (ra.from <= rb.to + shift && rb.from + shift <= ra.to) return 1;
        }
    }
    return 0;
}

typedef struct placer {
    lower_plan *p;
    life *lives;
    uint8_t *placed;
} placer;

static int fits(const placer *s, uint32_t i, int64_t at)
{
    const lower_plan *p = s->p;
    if (at < 0 || at + p->buffers[i].words > p->g->feature_words) return 0;
    for (uint32_t j = 0; j < p->n_buffers; j++)
        for (int32_t shift = -p->times; s->placed[j] && shift <= p->times; shift += p->times ? p->times : 1) {
            if (meets(&p->buffers[i], s->lives[i], (uint32_t)at, &p->buffers[j], s->lives[j], shift)) return 0;
            if (!p->times) break;
        }
    return 1;
}

static void offer(const placer *s, uint32_t i, int64_t at, int64_t *best)
{
    at = (at + 3) & ~INT64_C(3);
    if ((*best < 0 || at < *best) && fits(s, i, at)) *best = at;
}

static int place_one(const placer *s, uint32_t i)
{
    lower_plan *p = s->p;
    lower_buffer *a = &p->buffers[i];
    int64_t best = -1;
    offer(s, i, 0, &best);
    for (uint32_t j = 0; j < p->n_buffers && best != 0; j++) {
        const lower_buffer *b = &p->buffers[j];
        if (!s->placed[j]) continue;
        offer(s, i, (int64_t)b->word + b->words, &best);
        offer(s, i, (int64_t)b->word - a->words, &best);
        if (a->ring || b->ring || a->rows < 2 || b->rows < 2) continue; /* over each other, a row apart and more */
        int64_t step = a->pitch < b->pitch ? a->pitch : b->pitch;
        for (int64_t at = (int64_t)b->word - a->words; at < (int64_t)b->word + b->words && (best < 0 || at < best); at += step)
            offer(s, i, at, &best);
    }
    if (best < 0) return 0;
    a->word = (uint32_t)best;
    s->placed[i] = 1;
    return 1;
}

/* Orders: last made first, so that a result finds its operand's place behind it; the large ones so and then the rest; by size; first made first. */
static uint32_t pick(const placer *s, uint32_t n, int order)
{
    const lower_plan *p = s->p;
    if (order == 0) return p->n_buffers - 1 - n;
    if (order == 3) return n;
    uint32_t best = p->n_buffers, large = p->g->feature_words / 8;
    for (uint32_t i = p->n_buffers; i-- > 0;) {
        if (s->placed[i]) continue;
        uint32_t words = p->buffers[i].words;
        if (order == 1 && words >= large) return i;
        if (best == p->n_buffers || words > p->buffers[best].words) best = i;
    }
    return best;
}

/* The time at which most words live. */
static int32_t fullest(const placer *s, uint64_t *held, int32_t *scratch)
{
    const lower_plan *p = s->p;
    int32_t n = p->times, at = 0;
    memset(scratch, 0, ((size_t)n + 1) * sizeof *scratch);
    for (uint32_t i = 0; i < p->n_buffers; i++) {
        const lower_buffer *b = &p->buffers[i];
        for (uint32_t y = 0; y < b->rows; y++) {
            life l = row_life(b, y, s->lives[i]);
            for (int32_t t = l.from; t <= l.to && t - l.from < n; t++) scratch[(t % n + n) % n] += (int32_t)b->pitch;
        }
    }
    for (int32_t t = 0; t < n; t++)
        if (scratch[t] > scratch[at]) at = t;
    *held = (uint64_t)scratch[at];
    return at;
}

int lower_place(lower_plan *p, int32_t *where)
{
    placer s = {.p = p, .lives = calloc(p->n_buffers, sizeof *s.lives), .placed = calloc(p->n_buffers, 1)};
    int32_t *sums = calloc((size_t)p->times + 1, sizeof *sums);
    int ok = s.lives && s.placed && sums;
    *where = 0;
    for (uint32_t i = 0; ok && i < p->n_buffers; i++) {
        size_ring(p, &p->buffers[i]);
        s.lives[i] = hull(&p->buffers[i]);
    }
    uint64_t held = 0;
    if (ok) *where = fullest(&s, &held, sums);
    int done = 0;
    for (uint32_t i = 0; ok && i < p->n_buffers; i++)
        if (p->buffers[i].words > p->g->feature_words) { /* its rows may live one after the other, but not as a whole map */
            held = UINT64_MAX;
            *where = s.lives[i].from < 0 ? 0 : s.lives[i].from;
            break;
        }
    for (int order = 0; ok && !done && held <= p->g->feature_words && order < 4; order++) {
        memset(s.placed, 0, p->n_buffers);
        uint32_t n = 0;
        while (n < p->n_buffers && place_one(&s, pick(&s, n, order))) n++;
        done = n == p->n_buffers;
    }
    free(s.lives);
    free(s.placed);
    free(sums);
    return done;
}
