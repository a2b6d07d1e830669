/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - what the verbs of `bonnet` share. The command line is the only part of Bonnet that prints: results on stdout,
 * one line per failure on stderr, progress on stderr only on a terminal. It sees nothing but the public headers.
 */
#ifndef BONNET_CLI_H
#define BONNET_CLI_H
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bonnet.h"
#include "verb_options.h"

enum { CLI_OK = 0, CLI_DIFFERS = 1, CLI_USAGE = 2, CLI_STATUS = 10, CLI_INTERRUPTED = 130 }; /* docs/errors.md */

/* Options that several verbs know; each verb's table (verb_options.h) says which it takes. */
typedef struct cli_options {
    const char *device;      /* --device URI, default "cpu:" or "sim:", by verb */
    const char *dataset;     /* --dataset NAME   */
    const char *dataset_dir; /* --dataset-dir DIR */
    const char *output;      /* -o FILE          */
    const char *geometry;    /* --geometry NAME  */
    unsigned long limit;     /* --limit N, --images N; 0 = all */
    unsigned long timeout_ms, seed, batch;
    const char *trace;       /* --trace FILE     */
    bool json, quiet;
    const char *manifest, *root;           /* --manifest FILE, --root DIR */
    const char *detector, *threshold, *scale; /* --detector NAME, --threshold X, --scale MBIT: numbers as text, or NULL */
    unsigned long clock_mhz;
    int argc;                /* what is left: models, images */
    char **argv;
} cli_options;

/* One line on stderr, "bonnet: ..."; returns code. */
int cli_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for a library failure: dev's last error (dev may be NULL), exit code by status. */
int cli_fail_status(bonnet_status status, const bonnet_device *dev, const char *what);

/* Fills in o, or the verb's struct that it is the first member of; 0, or an exit code after the complaint. table: verb_options.h. */
int cli_parse(cli_options *o, const cli_option *table, int argc, char **argv, const char *usage);
/* All of text as a finite number, decimal; false: it is none. */
bool cli_number(double *out, const char *text);
double cli_seconds(void); /* of a clock that does not go back */
/* Set by SIGINT and SIGTERM; every device is opened with it. */
extern volatile int cli_cancelled;

/* A device and a model ready to run; cli_close() accepts what cli_open() left. */
typedef struct cli_session { bonnet_device *dev; bonnet_model *model; bonnet_model_info info; const char *path; } cli_session;
int cli_open(cli_session *s, const cli_options *o, const char *model_path);
void cli_close(cli_session *s);

/* Prints the object and frees it; exit code 0, or that of a full disk. */
int cli_print_json(struct json_object *object);
/* stdout flushed without error, else the complaint. */
int cli_finish_stdout(void);

/*
 * 8-bit pixels, interleaved, malloc'ed: one image, or the `count` of an array, contiguous. ready: they are the network's own pixels, no picture's.
 * Errors are reported; the exit code is returned.
 */
typedef struct cli_image { uint8_t *pixels; uint32_t width, height, planes; size_t count; bool ready; } cli_image;
/* PNG, JPEG, PGM, PPM, NPY, NPZ by content, .raw by name; of the size that the session's model wants, as pixels that it was trained on. */
int cli_images_read_for(cli_image *out, const char *path, const cli_session *s);
int cli_image_read_for(uint8_t **pixels, const char *path, const cli_session *s); /* of a file with one. *pixels: free() */
int cli_png_decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size);
int cli_jpeg_decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size);
int cli_pnm_decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size);
int cli_array_decode(cli_image *out, const char *path, const uint8_t *bytes, size_t size, const bonnet_model_info *info);

/* The cut that `text` names, by its layer or its number in `bonnet cut`. */
int cli_cut_find(uint32_t *cut, const cli_session *s, const char *text);
/* The images of all files, as the session's model wants them, contiguous. *pixels: free(). */
int cli_images_of_all(uint8_t **pixels, size_t *count, const cli_session *s, const cli_options *o);
/* The maps of `count` images at a cut. *maps: free(). */
int cli_maps_at(uint8_t **maps, const cli_session *s, uint32_t cut, const uint8_t *pixels, size_t count);
/* run --until: the maps of the cut, into a file. */
int cli_run_until(cli_session *s, const cli_options *o, const char *until, const char *codec);
/* run --from: the file's maps; the session's model becomes the tail. */
int cli_maps_read(uint8_t **maps, size_t *count, cli_session *s, const char *path);

/* verify --against: the last argument that is left, or none, is the image. */
int cli_verify_against(cli_session *s, const cli_options *o, const char *path);
/* compile --preprocess FILE: the recipe in it. */
int cli_preprocess_read(bonnet_preprocess *out, const char *path);

/* Early exits: how many; all of them as an array; a line each. */
uint32_t cli_exit_count(const bonnet_model *model);
struct json_object *cli_exits_list(const bonnet_model *model);
void cli_exits_print(const bonnet_model *model);

/* run --exits FILE [--point N], --exit NAME, --all-exits -o FILE.npz: at most one of the three. */
typedef struct cli_exits_wish { const char *file, *point, *exit; } cli_exits_wish;
int cli_run_exits(cli_session *s, const cli_options *o, const cli_exits_wish *w);
int cli_run_all_exits(cli_session *s, const cli_options *o);

/* A labelled test set. */
typedef struct cli_dataset { uint8_t *pixels, *labels; uint32_t count, width, height; } cli_dataset;
int cli_dataset_open(cli_dataset *out, const cli_options *o, const bonnet_model_info *info);
void cli_dataset_free(cli_dataset *d);

/* "name  done/total" with a bar, on stderr, only on a terminal, at most ten times a second. */
void cli_progress(const char *what, size_t done, size_t total);
void cli_progress_end(void);
/* For bonnet_open_options: layer, frame, cycles, cycles/s, time left of the running call, on the same terms; NULL off a terminal. */
bonnet_progress_function *cli_progress_watcher(void);

/* The whole of a file or pipe, at most 256 MiB. *out: free(). */
int cli_read_file(uint8_t **out, size_t *size, const char *path);
/* Its bytes as JSON, at most 64 KiB, with nothing behind it. *out: json_object_put(). */
int cli_parse_json(struct json_object **out, const char *path, const uint8_t *bytes, size_t size);
int cli_parse_json_of(struct json_object **out, const char *path, const uint8_t *bytes, size_t size, size_t most_kib); /* most_kib: at most 1 GiB */
/* path: written beside its place and renamed. */
int cli_write_file(const char *path, const char *bytes, size_t size);
/* Before a run whose counters are wanted: a complaint where the device has none. */
int cli_need_counters(const cli_session *s, const cli_options *o);
/* The last run's last frame as Chrome trace events. */
int cli_trace_write(const cli_session *s, const cli_options *o, const char *path);
/* o->limit frames, of image_path or (NULL) of a synthetic picture, in one job. *seconds (or NULL): what the call took. */
int cli_run_frames(cli_session *s, const cli_options *o, const char *image_path, bonnet_stats *stats, double *seconds);
/* What gnuplot draws (a script that sets an SVG terminal): malloc'ed. Bounded time; absent gnuplot is a failure that says so. */
int cli_gnuplot(char **svg, size_t *bytes, const char *script);

int cli_run(int argc, char **argv);
int cli_cut(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_bench(int argc, char **argv);
int cli_compile(int argc, char **argv);
int cli_info(int argc, char **argv);
int cli_devices(int argc, char **argv);
int cli_selftest(int argc, char **argv);
int cli_energy(int argc, char **argv);
int cli_trace(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_estimate(int argc, char **argv);
int cli_flash(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_order(int argc, char **argv);
int cli_link(int argc, char **argv);
int cli_codec(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_calibrate(int argc, char **argv);
int cli_profile_verb(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_offload(int argc, char **argv);
int cli_streams(int argc, char **argv);
int cli_cache(int argc, char **argv);
int cli_spool(int argc, char **argv);
/* The network of `bonnet selftest`. */
extern const uint8_t cli_selftest_net[];
extern const size_t cli_selftest_net_size;

/* Shared pieces of output. */
enum { CLI_DIGEST = 65 };
const char *cli_sha256_hex(char out[CLI_DIGEST], const uint8_t sha256[32]); /* out: 64 digits and a zero */
const char *cli_label(const bonnet_model *model, uint32_t index, char *buffer, size_t bytes); /* name or number */
struct json_object *cli_layers_json(const cli_session *s);
struct json_object *cli_totals_json(const cli_session *s, const bonnet_stats *stats);
/* Cycles of one frame at 64 binary or 8 int8 MACs a lane and cycle without a pause, by kind of layer. */
typedef struct cli_ideal { double binary, stem, head; } cli_ideal;
cli_ideal cli_ideal_cycles(const cli_session *s);

/* Where the cycles of a layer went: a table, a JSON object. */
void cli_layer_table_head(void);
void cli_layer_table_row(const bonnet_layer_stats *l);
struct json_object *cli_layer_json(const bonnet_layer_stats *l);
/* Layers and events of a run or of an estimate, index 0.. until 0 is returned. */
typedef struct cli_counts {
    const void *of;
    int (*layer)(const void *of, uint32_t index, bonnet_layer_stats *out);
    int (*event)(const void *of, uint32_t index, bonnet_event *out);
} cli_counts;
cli_counts cli_counts_of_plan(const bonnet_plan *plan); /* of bonnet_estimate() */
/* Binary MACs over the array's peak in the last walk, 0..1; known 0 without counters. busy: while a binary descriptor runs; loads: from the first one's tokens to the
 * end of the last, every wait included but that of the first binary layer beside a stem that still runs; whole: that too. */
typedef struct cli_array { double busy, loads, whole; int known; } cli_array;
cli_array cli_array_of(const cli_counts *c);
cli_array cli_array_of_run(const cli_session *s); /* the last run */
void cli_array_print(const cli_array *a);
void cli_array_json(struct json_object *totals, const cli_array *a);
double cli_array_utilisation(const cli_session *s); /* cli_array.loads of the last run */
/* Did the CPU run layers of the last run beside the chip? Then every page with cycles says: */
bool cli_shared(const cli_session *s);
#define CLI_SHARED "Layers on the CPU have no cycles: all rates are of the chip's part alone."
#endif
