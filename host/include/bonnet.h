/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bonnet.h - the whole public API: run binary neural networks on a Bonnet accelerator, its simulation or a CPU.
 *
 * What is not here is private. Fallible functions return BONNET_OK or a negative bonnet_status, write their first argument, and
 * leave it untouched on failure. Nothing here prints, exits or aborts; every wait is bounded. Names carry units.
 *
 *     bonnet_device *dev;  bonnet_model *net;  bonnet_result r;
 *     bonnet_open(&dev, "sim:", NULL);                     // or "cpu:", "golden:", "mock:"
 *     bonnet_model_load(&net, dev, "boolnet_k4.bonnet");
 *     bonnet_run_image(&r, dev, net, pixels, sizeof pixels); // r.label, r.score
 *     bonnet_model_free(net);  bonnet_close(dev);
 *
 * Threads: one bonnet_device per thread at a time. Several devices in one process are independent.
 */
#ifndef BONNET_H
#define BONNET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BONNET_VERSION_MAJOR 0
#define BONNET_VERSION_MINOR 1
#define BONNET_VERSION_PATCH 0

#if defined(__GNUC__)
#define BONNET_API      __attribute__((visibility("default"), warn_unused_result))
#define BONNET_API_VOID __attribute__((visibility("default")))
#else
#define BONNET_API
#define BONNET_API_VOID
#endif

/* Values are ABI: append, never renumber. The `bonnet` program exits with 10 - status: docs/errors.md. */
typedef enum bonnet_status {
    BONNET_OK        = 0,
    BONNET_EINVAL    = -1,  /* Bad argument; the device was not touched.                      */
    BONNET_ENOMEM    = -2,  /* Host or device memory exhausted.                               */
    BONNET_ENODEV    = -3,  /* No such device or backend, or it went away.                    */
    BONNET_EIO       = -4,  /* A file or a transfer failed; the device is still usable.       */
    BONNET_EABI      = -5,  /* Chip, model and library versions disagree.                     */
    BONNET_EFORMAT   = -6,  /* A file is damaged or not what it should be.                    */
    BONNET_ETIMEOUT  = -7,  /* Job did not finish in time; it was stopped, the device is idle. */
    BONNET_EBUS      = -8,  /* The device met a bus error; the job was stopped, device idle.  */
    BONNET_EINTR     = -9,  /* Cancelled by the caller; the device is idle.                   */
    BONNET_EUNSUPPORTED = -10, /* A valid network that this device or version cannot run.     */
    BONNET_EMISMATCH = -11  /* Results differ from golden (verify).                           */
} bonnet_status;

typedef struct bonnet_device bonnet_device; /* One open device.           */
typedef struct bonnet_model  bonnet_model;  /* One network, bound to it.  */

/* How far a running call is, on devices that can tell (register devices). */
typedef struct bonnet_progress {
    uint32_t frames_done, frames; /* of this call */
    uint64_t cycles;              /* of the accelerator, in this call so far */
    double   share;               /* 0..1, estimated */
    const char *layer;            /* which is being computed; owned by the model, "" if unknown */
} bonnet_progress;
typedef void bonnet_progress_function(void *user, const bonnet_progress *now);

/* Zero means default. Initialise with BONNET_OPEN_OPTIONS_INIT so that fields can be added. */
typedef struct bonnet_open_options {
    size_t   size;
    uint32_t timeout_ms;        /* per call that waits; default 60000                        */
    uint64_t seed;              /* of the simulated memory's back-pressure; default 1        */
    const volatile int *cancel; /* or NULL; a waiting call returns BONNET_EINTR soon after it turns non-zero */
    bonnet_progress_function *progress; /* or NULL; called a few times a second from within a call that waits, in its thread */
    void    *progress_user;
} bonnet_open_options;
#define BONNET_OPEN_OPTIONS_INIT { sizeof(bonnet_open_options), 0, 0, NULL, NULL, NULL }

/*
 * Open the device named by uri, "scheme:path": "golden:" (C model, the definition), "cpu:" (fast), "sim:" (Verilated RTL;
 * options after the colon: docs/devices.md), "hls:" (the HLS C), "mock:" (register-level C model). options may be NULL.
 * *out is owned by the caller: bonnet_close().
 */
BONNET_API bonnet_status bonnet_open(bonnet_device **out, const char *uri, const bonnet_open_options *options);
BONNET_API_VOID void bonnet_close(bonnet_device *dev); /* NULL is a no-op */

/* Device kinds of this build, index 0.. until BONNET_EINVAL. Strings are static. present: 1 if "scheme:" names a device of this machine now. */
typedef struct bonnet_device_kind { const char *scheme, *summary; int present; } bonnet_device_kind;
BONNET_API bonnet_status bonnet_device_kind_get(bonnet_device_kind *out, size_t index);

/* Load a .bonnet file (docs/format.md), check all of it, make it ready for dev. *out: bonnet_model_free(), before bonnet_close(dev). */
BONNET_API bonnet_status bonnet_model_load(bonnet_model **out, bonnet_device *dev, const char *path);
BONNET_API bonnet_status bonnet_model_load_memory(bonnet_model **out, bonnet_device *dev, const void *bytes, size_t size);
BONNET_API_VOID void bonnet_model_free(bonnet_model *model);

typedef struct bonnet_model_info {
    const char *name;                   /* owned by the model */
    uint32_t width, height, planes;     /* input image; planes 1 or 3, interleaved */
    uint32_t pixels_signed;             /* 1: pixels are int8 */
    uint32_t slices, classes, layers;
    double   logit_scale;               /* real logit = scale * integer logit; display only */
    uint64_t macs;                      /* of one frame, binary and int8 */
    uint8_t  sha256[32];                /* of the file's content, as recorded and checked */
} bonnet_model_info;
BONNET_API bonnet_status bonnet_model_info_get(bonnet_model_info *out, const bonnet_model *model);
/*
 * Bytes of a picture (planes interleaved) to the pixels that the network was trained on, in place: as they are, or, where pixels are
 * signed, by the table in the file (v - 128 without one). `bytes`: a multiple of the planes.
 */
BONNET_API bonnet_status bonnet_model_pixels(const bonnet_model *model, uint8_t *pixels, size_t bytes);

/* Layer `index` of a model as the network defines it, before any partitioning; BONNET_EINVAL beyond the last. */
typedef struct bonnet_layer_info {
    const char *name, *kind;            /* owned by the model; kind as in bonnet_layer_stats */
    uint32_t slices;                    /* of the map that it reads; 1: pixels, features */
    uint32_t channels_in, height_in, width_in;    /* of one slice */
    uint32_t channels_out, height_out, width_out; /* of the convolution itself: before a pool, before an interleave */
    uint32_t kernel, stride, dilation;
    uint64_t macs, weight_bits;         /* of the convolution; binary: 1 bit each, stem and fc: 8 */
    uint64_t depthwise_macs, depthwise_weight_bits; /* of a stem's second filter, 0 without */
} bonnet_layer_info;
BONNET_API bonnet_status bonnet_model_layer_get(bonnet_layer_info *out, const bonnet_model *model, uint32_t index);

/* All that a layer's time depends on, but for its numbers. In network terms: docs/operators.md. Sizes are 1 where a kind does not have them. */
typedef struct bonnet_layer_shape {
    const char *kind;           /* as in bonnet_layer_stats */
    uint32_t slices;            /* of the network; general layers: 1 */
    uint32_t channels_in, height_in, width_in;
    uint32_t channels_out;      /* of the convolution itself: before an interleave */
    uint32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, groups;
    uint32_t top, left, bottom, right, edge; /* general layers: border; edge 1: the nearest pixel, 0: zeros */
    int32_t  multiply, add;     /* iconv: the number that a pixel stands for */
    uint32_t join, second;      /* belt: 0 XNOR, 1 OR, 2 AND; bpick: 1: of two maps */
    uint32_t pool, drops;       /* stem: 0 none, 1 2x2, 2 3x3; down: 1: 2x2; drops 1: an odd edge is left out */
    uint32_t post;              /* conv: 0 store, 1 XNOR, 2 OR, 3 interleave */
    uint32_t depthwise, pixels_signed; /* stem; pixels_signed: iconv too */
} bonnet_layer_shape;
BONNET_API bonnet_status bonnet_model_shape_get(bonnet_layer_shape *out, const bonnet_model *model, uint32_t index); /* BONNET_EINVAL beyond the last */
/*
 * Times one layer of that shape with random weights and bits, alone on dev: seconds[repeats], the layer's own (bonnet_layer_stats.nanoseconds, or busy cycles by
 * clock). Between runs 256 KiB of memory are touched, as the other layers of a network would do; one more run comes first and is not counted.
 * BONNET_EINVAL: no network may have such a layer (bonnet_last_error() says why), or repeats not 1..10000. BONNET_EUNSUPPORTED: dev does not time it.
 */
BONNET_API bonnet_status bonnet_profile_layer(double *seconds, bonnet_device *dev, const bonnet_layer_shape *shape, uint32_t repeats);
BONNET_API_VOID const char *bonnet_model_label(const bonnet_model *model, uint32_t index); /* "" if none; never NULL */
/*
 * A picture of any size (planes interleaved, red first, at most BONNET_PICTURE_MAX_SIDE a side) as one image of bonnet_model_input_bytes(): resized, cropped,
 * converted, and its bytes mapped to pixels, as the file was compiled to do (bonnet_preprocess). BONNET_EINVAL: it does not fit, bonnet_last_error() says why.
 */
enum { BONNET_PICTURE_MAX_SIDE = 4096 };
BONNET_API bonnet_status bonnet_model_picture(uint8_t *pixels, const bonnet_model *model, const uint8_t *picture, uint32_t width, uint32_t height,
                                              uint32_t planes);
BONNET_API_VOID size_t bonnet_model_input_bytes(const bonnet_model *model);                /* of one image */

/* One image of exactly bonnet_model_input_bytes(). */
typedef struct bonnet_result {
    uint32_t label;  /* index of the largest logit; ties go to the lowest index */
    int32_t  logit;  /* that logit                                             */
    double   score;  /* its softmax probability, from logit_scale; display only */
} bonnet_result;
BONNET_API bonnet_status bonnet_run_image(bonnet_result *out, bonnet_device *dev, const bonnet_model *model,
                                          const uint8_t *pixels, size_t pixels_bytes);

/* `count` images, contiguous. results and logits ([count][classes]) may each be NULL. */
BONNET_API bonnet_status bonnet_run_batch(bonnet_result *results, int32_t *logits, bonnet_device *dev, const bonnet_model *model,
                                          const uint8_t *pixels, size_t count);

/*
 * Cuts. A network can be cut in two behind a layer whose map is all that later layers read. The two are models of their own on the model's device, which
 * does not need `model` any more: a head takes pictures and gives the maps of the cut, a tail takes these maps for pixels (bonnet_model_input_bytes() each)
 * and gives logits, the very ones of the whole. A head's bonnet_result means nothing. *out: bonnet_model_free(). docs/cuts.md.
 */
typedef struct bonnet_cut {
    const char *name;           /* of the layer, owned by the model */
    uint32_t layer, channels, height, width, slices;
    size_t bytes;               /* of one map: 64-bit words, little-endian, [y][x][channels / 64, rounded up][slice], bit c % 64 */
    uint64_t macs_before, macs_after;
} bonnet_cut;
BONNET_API bonnet_status bonnet_cut_get(bonnet_cut *out, const bonnet_model *model, uint32_t index); /* 0.. until BONNET_EINVAL */
BONNET_API bonnet_status bonnet_model_head(bonnet_model **out, const bonnet_model *model, uint32_t cut);
BONNET_API bonnet_status bonnet_model_tail(bonnet_model **out, const bonnet_model *model, uint32_t cut);
/* maps: [count][bonnet_cut.bytes], untouched on failure. */
BONNET_API bonnet_status bonnet_run_head(uint8_t *maps, bonnet_device *dev, const bonnet_model *head, const uint8_t *pixels, size_t count);
/*
 * Maps of a cut as bytes that say of which network, cut and sizes they are, with a SHA-256. *out: free(). parse: of any bytes; *maps points into them.
 * BONNET_EFORMAT: damaged, or of no cut of this network; BONNET_EABI: of another network.
 */
BONNET_API bonnet_status bonnet_cut_pack(uint8_t **out, size_t *size, const bonnet_model *model, uint32_t cut, const uint8_t *maps, size_t count);
BONNET_API bonnet_status bonnet_cut_parse(const uint8_t **maps, size_t *count, uint32_t *cut, const bonnet_model *model, const uint8_t *bytes, size_t size);

/* Between two cuts, from_cut < to_cut: takes the maps of the one and gives those of the other, bonnet_run_head(). */
BONNET_API bonnet_status bonnet_model_part(bonnet_model **out, const bonnet_model *model, uint32_t from_cut, uint32_t to_cut);

/*
 * Early exits: side branches, each of which reads the map of a cut and has logits of its own for the same classes. Who is content with those need not run the
 * rest. The network's own end is not among them. docs/exits.md.
 */
typedef struct bonnet_exit {
    const char *name;           /* of the output in the user's graph, owned by the model */
    uint32_t cut, layer;        /* it reads the map of this cut, which lies behind this layer */
    uint32_t layers;            /* of the branch alone, as are macs and weight_bits */
    uint64_t macs, weight_bits;
    double   logit_scale;       /* of its own logits: real logit = scale * integer logit */
} bonnet_exit;
BONNET_API bonnet_status bonnet_exit_get(bonnet_exit *out, const bonnet_model *model, uint32_t index); /* the first on the way first, 0.. until BONNET_EINVAL */
/* The branch as a model of its own on the model's device, which does not need `model` any more: maps of the cut for pixels, logits. *out: bonnet_model_free(). */
BONNET_API bonnet_status bonnet_model_branch(bonnet_model **out, const bonnet_model *model, uint32_t exit);

/*
 * A network with its exits, stage by stage, for a batch: every image as far as the first exit in use, from there on those that it is not sure enough of, each
 * stage a call of its own with the images that are left. dev must outlive it; `model` need not. *out: bonnet_exits_close().
 */
typedef struct bonnet_exits bonnet_exits;
typedef struct bonnet_exits_options {
    size_t   size;
    const double *thresholds;   /* [count], one for each exit: an image leaves there if its confidence is at least this. 0: every image does;
                                   HUGE_VAL: none, and the branch is not computed. NULL: no exit is in use */
    const double *temperatures; /* [count + 1], the network's own end last: of bonnet_confidence_get(). NULL: 1 / logit scale of each */
    uint32_t count;             /* the model's exits: thresholds of another network are refused */
    uint32_t confidence;        /* enum bonnet_confidence of bonnet_exits.h */
} bonnet_exits_options;
#define BONNET_EXITS_OPTIONS_INIT { sizeof(bonnet_exits_options), NULL, NULL, 0, 0 }
BONNET_API bonnet_status bonnet_exits_open(bonnet_exits **out, const bonnet_model *model, const bonnet_exits_options *options);
BONNET_API_VOID void bonnet_exits_close(bonnet_exits *exits); /* NULL is a no-op; before bonnet_close(dev) */

typedef struct bonnet_exit_result {
    bonnet_result result;       /* of the logits that it left with */
    uint32_t exit;              /* where; the number of exits: at the network's own end */
    double   confidence;        /* there */
} bonnet_exit_result;
/* `count` images, contiguous. results and logits ([count][classes], of the exit that each image took) may each be NULL. */
BONNET_API bonnet_status bonnet_exits_run(bonnet_exit_result *results, int32_t *logits, bonnet_exits *exits, const uint8_t *pixels, size_t count);

/* Stage `index`, those in use only, 0.. until BONNET_EINVAL: all calls together. bonnet_stats_get() is of the last stage's last call. */
typedef struct bonnet_exit_stage {
    const char *name;           /* of the exit it leads to, "final" of the end; owned by exits */
    uint32_t exit;
    uint64_t frames, left;      /* images that came into this stage; that left at its end */
    uint64_t cycles, branch_cycles; /* of the trunk's part, of the branch; 0 without a clock */
    uint64_t macs;              /* of both, all frames */
    uint32_t clock_hz;
} bonnet_exit_stage;
BONNET_API bonnet_status bonnet_exits_stage_get(bonnet_exit_stage *out, const bonnet_exits *exits, uint32_t index);

/* Statistics of the last run on dev. All 0 where the device has no clock (golden, cpu). */
typedef struct bonnet_stats {
    uint64_t cycles;            /* accelerator cycles from start to done, all frames       */
    uint64_t macs;              /* binary and int8 MACs of all frames; with cycles, of the layers that the chip ran */
    uint64_t dram_bytes_in, dram_bytes_out;
    uint32_t frames, clock_hz;  /* clock of the geometry; cycles are measured, time is cycles / clock */
    uint32_t lanes;             /* output channels in parallel: peak is 64 * lanes binary MAC/cycle */
    uint64_t sim_cycles;        /* simulated since open, and                                */
    double   sim_seconds;       /* the processor time they took; 0 on hardware              */
} bonnet_stats;
BONNET_API bonnet_status bonnet_stats_get(bonnet_stats *out, const bonnet_device *dev);

/* Layer `index` of the last run's last walk: `frames` frames together, as many as the job takes at once. name is owned by the model. */
typedef struct bonnet_layer_stats {
    const char *name;
    const char *kind;           /* "stem" "conv" "down" "last" "fc"; general layers: "iconv" "bconv" "bpool" "belt" "bsum" */
    uint32_t channels_in, channels_out, height, width;
    uint32_t kernel;
    uint32_t binary;            /* 1: a sum of 1-bit products, what the 64x64 array does; cycles 0 on a chip, `within` NULL: the CPU beside it ran the layer */
    uint64_t macs, cycles, busy, stall_in, stall_out, dram_bytes;
    uint32_t peak_mac_per_cycle; /* of the unit that ran it; 0 without a chip */
    uint32_t frames;            /* that macs, cycles, stalls and bytes are of */
    /* Where busy + waited went: ideal + fill + drain + waited + starved + stall_out. */
    uint64_t waited, starved;   /* of stall_in: for tokens, before busy begins; for operands, beyond fill */
    uint64_t ideal, fill, drain; /* every multiplier at work; before the first of these cycles; after the last, and between */
    uint64_t nanoseconds;       /* of the CPU (cpu:, or beside a chip), of one frame: the mean of the last run; 0: the chip's, or golden: */
    const char *within;         /* NULL, or the layer whose descriptors did this one too (a pool, a join behind a convolution): cycles are 0 here */
} bonnet_layer_stats;
BONNET_API bonnet_status bonnet_layer_stats_get(bonnet_layer_stats *out, const bonnet_device *dev, const bonnet_model *model,
                                                uint32_t index);

/*
 * What one descriptor of the last run's last frame did: occupancy of the chip's units, DRAM bytes, accesses to the two on-chip buffers.
 * index 0.. in job order until BONNET_EINVAL; none on devices without counters (golden, cpu). Times and bytes are read from the chip's counters;
 * buffer accesses are counted from the descriptor. Strings are static or owned by the model.
 */
typedef struct bonnet_span { uint32_t first, count; } bonnet_span; /* words or rows of a buffer; count 0: none */
typedef struct bonnet_event {
    const char *name;           /* of the layer */
    const char *unit;           /* "load" "conv" "stem" "store" */
    const char *operation;      /* the same, or "fc" (done by the conv unit) */
    uint32_t layer;
    uint64_t start, end;        /* cycle of the job at which it became the oldest of its unit; at which it finished */
    uint64_t busy;              /* of these, from its tokens taken to the end */
    uint64_t stall_in, stall_out; /* waiting for tokens or operands; held by the reader of its results */
    uint64_t dram_bytes;
    uint64_t feature_bits_read, feature_bits_written, weight_bits_read, weight_bits_written;
    bonnet_span feature_read[3], feature_written; /* 64-bit words of the feature buffer */
    bonnet_span weight_read, weight_written;      /* rows of the weight buffer          */
} bonnet_event;
BONNET_API bonnet_status bonnet_event_get(bonnet_event *out, const bonnet_device *dev, const bonnet_model *model, uint32_t index);

/* The chip behind dev: sizes of its on-chip memories. BONNET_EUNSUPPORTED where there is no chip (golden, cpu). */
typedef struct bonnet_chip_info {
    uint32_t lanes, feature_words, weight_rows, bus_bits;
    uint32_t abi;               /* register version: major << 16 | minor */
    uint32_t build;             /* first 32 bits of the git commit it was made from; 0: not recorded */
    uint32_t arrays;            /* that work on a frame each with the same weights; `lanes` are of all together */
} bonnet_chip_info;
BONNET_API bonnet_status bonnet_chip_info_get(bonnet_chip_info *out, const bonnet_device *dev);

/*
 * The same before any run, and without a chip: the descriptors that the network has on a geometry ("asic", "tiny"), in job order, index 0.. until
 * BONNET_EINVAL. Bytes and buffer accesses are those of the first frame, the descriptors' own excluded; all times are 0. *out: bonnet_plan_free().
 */
typedef struct bonnet_plan bonnet_plan;
BONNET_API bonnet_status bonnet_plan_get(bonnet_plan **out, const bonnet_model *model, const char *geometry);
BONNET_API bonnet_status bonnet_plan_event(bonnet_event *out, const bonnet_plan *plan, uint32_t index); /* name lives as long as plan */
BONNET_API bonnet_status bonnet_plan_chip(bonnet_chip_info *out, const bonnet_plan *plan);
BONNET_API_VOID void bonnet_plan_free(bonnet_plan *plan); /* NULL is a no-op */

/*
 * How long that job takes, without a chip and without simulating one: a plan whose events have the times that the counters would have, those of the last
 * walk. Closed formulas for the conv unit; tokens, bus and stem are walked in time (docs/estimate.md says what is exact and what is left out).
 */
typedef struct bonnet_estimate_options {
    size_t size;
    const char *geometry;       /* "asic" (default), "zcu102", "small", "tiny" */
    uint32_t frames;            /* of one run, 0 = 1 */
    uint32_t batch;             /* frames that the job works on at once, on each array; 0: as the file says, 1 where its job is for another geometry */
    uint32_t dram_latency_cycles; /* from an address to its first data, 0 = 100 */
} bonnet_estimate_options;
#define BONNET_ESTIMATE_OPTIONS_INIT { sizeof(bonnet_estimate_options), NULL, 0, 0, 0 }
BONNET_API bonnet_status bonnet_estimate(bonnet_plan **out, const bonnet_model *model, const bonnet_estimate_options *options);
/* Of a plan that bonnet_estimate() made, else BONNET_EINVAL: as bonnet_stats_get() and bonnet_layer_stats_get() after such a run. */
BONNET_API bonnet_status bonnet_plan_stats(bonnet_stats *out, const bonnet_plan *plan);
BONNET_API bonnet_status bonnet_plan_layer(bonnet_layer_stats *out, const bonnet_plan *plan, uint32_t index);

/*
 * Run one image on dev and on the golden model, compare every map of every layer. BONNET_OK: all equal.
 * BONNET_EMISMATCH: *out says where the first difference is, in execution order. maps_compared and words_compared are set in both cases.
 */
typedef struct bonnet_divergence {
    uint32_t maps_compared;
    uint64_t words_compared;
    uint32_t layer;             /* index; name below */
    const char *name;
    uint32_t y, x, channel, slice;
    int64_t  wanted, got;       /* bits of a binary map, int16 features, int32 logits */
} bonnet_divergence;
BONNET_API bonnet_status bonnet_verify_image(bonnet_divergence *out, bonnet_device *dev, const bonnet_model *model,
                                             const uint8_t *pixels, size_t pixels_bytes);

/*
 * Every map of one image, as numbers in the layout of the user's graph (ONNX): for those who compare with their own framework. Layer `index` in execution order.
 * *out owns what it points to: bonnet_tensors_free(). BONNET_EUNSUPPORTED and the rest: as bonnet_verify_image().
 */
typedef struct bonnet_tensors bonnet_tensors;
typedef struct bonnet_tensor_info {
    const char *name;           /* of the value in the graph that was compiled; "" where the file does not say */
    const char *layer;          /* name of the layer that makes it; both owned by the model */
    uint32_t channels, height, width; /* channels: of all slices, slice after slice; features and logits: height = width = 1 */
    uint32_t binary;            /* 1: values are -1 and +1 */
} bonnet_tensor_info;
BONNET_API bonnet_status bonnet_run_tensors(bonnet_tensors **out, bonnet_device *dev, const bonnet_model *model, const uint8_t *pixels,
                                            size_t pixels_bytes);
BONNET_API bonnet_status bonnet_tensor_get(bonnet_tensor_info *out, const bonnet_tensors *tensors, uint32_t index); /* BONNET_EINVAL beyond the last */
/* values: [channels][height][width], `count` of them, all. */
BONNET_API bonnet_status bonnet_tensor_values(int32_t *values, size_t count, const bonnet_tensors *tensors, uint32_t index);
/* The name alone, without a run; "" if none; never NULL. Owned by the model. */
BONNET_API_VOID const char *bonnet_model_tensor_name(const bonnet_model *model, uint32_t layer);
BONNET_API_VOID void bonnet_tensors_free(bonnet_tensors *tensors); /* NULL is a no-op; before bonnet_model_free() */

/*
 * What happens to a picture before the network sees it; becomes part of the .bonnet file. In this order: convert, resize, crop, bgr, normalise.
 * The numbers are those of torchvision on Pillow images: Resize, CenterCrop, ToTensor, Normalize. Values of the enums are file format.
 */
typedef enum bonnet_resize { BONNET_RESIZE_NONE = 0, BONNET_RESIZE_SHORTER = 1 /* the shorter side to resize_width, the other in proportion */,
                             BONNET_RESIZE_EXACT = 2 /* to resize_width x resize_height */ } bonnet_resize;
typedef enum bonnet_filter { BONNET_FILTER_BILINEAR = 0, BONNET_FILTER_BICUBIC = 1, BONNET_FILTER_NEAREST = 2 } bonnet_filter; /* the first two antialiased */
typedef struct bonnet_preprocess {
    size_t   size;
    uint32_t convert;           /* 1: gray to three equal planes, colour to gray (ITU-R 601), where the network wants the other; 0: refused */
    uint32_t resize;            /* enum bonnet_resize */
    uint32_t resize_width, resize_height;
    uint32_t filter;            /* enum bonnet_filter */
    uint32_t crop;              /* 1: the network's width and height out of the middle; 0: the size must be right */
    uint32_t bgr;               /* 1: the network was trained with blue first */
    uint32_t normalise;         /* 1: pixel = round((byte / 255 - mean) / deviation * steps), ties to even, saturated to int8. 0: as the network says */
    double   mean[3], deviation[3], steps; /* by plane of the network; steps: of a pixel in a unit of the normalised value */
} bonnet_preprocess;
#define BONNET_PREPROCESS_INIT { sizeof(bonnet_preprocess), 0, 0, 0, 0, 0, 0, 0, 0, {0, 0, 0}, {1, 1, 1}, 1 }

/* The recipe in a model's file, without its table of pixels (normalise 0). BONNET_EUNSUPPORTED: it has none. */
BONNET_API bonnet_status bonnet_model_preprocess_get(bonnet_preprocess *out, const bonnet_model *model);

/* Compile an ONNX file (docs/operators.md, section 6) to a .bonnet file, written to a temporary and renamed. */
typedef struct bonnet_compile_options {
    size_t size;
    const char *geometry;       /* "asic" (default), "zcu102", "small", "tiny" */
    char *message;              /* or NULL: receives one line on failure */
    size_t message_bytes;
    uint32_t batch;             /* frames that the job works on at once, on each array; 0 = 1. More: late weights are loaded once for all */
    char *explain;              /* or NULL: receives the choices of the lowering as a table: where maps and weights are, what goes through DRAM; */
    size_t explain_bytes;       /* cut there, always ends with a zero byte; 16 KiB hold any network */
    const bonnet_preprocess *preprocess; /* or NULL */
    uint32_t strict;            /* 1: BONNET_EUNSUPPORTED if a layer between the first (pixels) and the last (logits) would run on the CPU beside the chip */
    uint32_t allow_inexact;     /* 1: a last layer whose weights are no small integers times one scale is rounded; explain says by how much */
} bonnet_compile_options;
#define BONNET_COMPILE_OPTIONS_INIT { sizeof(bonnet_compile_options), NULL, NULL, 0, 0, NULL, 0, NULL, 0, 0 }
BONNET_API bonnet_status bonnet_compile(const char *onnx_path, const char *out_path, const bonnet_compile_options *options);

BONNET_API_VOID const char *bonnet_status_name(bonnet_status status);    /* "BONNET_ETIMEOUT"; never NULL */
BONNET_API_VOID const char *bonnet_status_text(bonnet_status status);    /* one plain sentence; never NULL */
/* One line about the last failure on dev, or with dev NULL of the last bonnet_open() in this thread; never NULL. */
BONNET_API_VOID const char *bonnet_last_error(const bonnet_device *dev);
/* The register version that this library drives, major << 16 | minor; bonnet_open() refuses a chip of another major, or of a lower minor. */
BONNET_API_VOID uint32_t bonnet_chip_abi(void);
BONNET_API_VOID const char *bonnet_version(void);                        /* "0.1.0", at run time */

#ifdef __cplusplus
}
#endif
#endif
