/* Element-wise kernels on maps of +1/-1 stored as bfloat16 (+1 = 0x3F80, -1 = 0xBF80), channels last.
 *
 * Because only the sign bit differs, XNOR is an exclusive-or of sign bits and OR is a bitwise AND. Gradients are
 * bfloat16 too. Compiled on first use by ops.py; everything here also exists, slower, as plain tensor code in the
 * tests. n is always the number of pixels (batch * height * width).
 */
#include <stdint.h>
#include <string.h>

typedef uint16_t bf;
#define PLUS 0x3F80
#define SIGN 0x8000

static inline float to_float(bf x)
{
	union { uint32_t u; float f; } v = { (uint32_t)x << 16 };
	return v.f;
}

static inline bf to_bf(float x)
{
	union { float f; uint32_t u; } v = { x };
	return (bf)((v.u + 0x7FFF + ((v.u >> 16) & 1)) >> 16);
}

/* z[n][c] -> out[n][s][c] = z >= threshold[s] */
void slices_forward(const float *z, bf *out, long n, int c, int s, const float *threshold)
{
#pragma omp parallel for
	for (long i = 0; i < n; i++)
		for (int j = 0; j < s; j++)
			for (int k = 0; k < c; k++)
				out[(i * s + j) * c + k] = z[i * c + k] >= threshold[j] ? PLUS : PLUS | SIGN;
}

/* straight-through gradient: passes where |z - threshold| <= 1 */
void slices_backward(const float *z, const bf *g, float *gz, long n, int c, int s, const float *threshold)
{
#pragma omp parallel for
	for (long i = 0; i < n; i++) {
		float *o = gz + i * c;
		const float *x = z + i * c;
		memset(o, 0, c * sizeof *o);
		for (int j = 0; j < s; j++) {
			const bf *q = g + (i * s + j) * c;
			float t = threshold[j];
			for (int k = 0; k < c; k++) {
				float d = x[k] - t;
				float v = to_float(q[k]);
				o[k] += (d <= 1.0f) & (d >= -1.0f) ? v : 0.0f;
			}
		}
	}
}

/* edge replication by one pixel: x[n][h][w][c] -> y[n][h+2][w+2][c] */
void pad_forward(const bf *x, bf *y, long n, int h, int w, int c)
{
#pragma omp parallel for
	for (long i = 0; i < n; i++)
		for (int a = 0; a < h + 2; a++) {
			int r = a == 0 ? 0 : a == h + 1 ? h - 1 : a - 1;
			const bf *src = x + (i * h + r) * w * c;
			bf *dst = y + (i * (h + 2) + a) * (w + 2) * c;
			memcpy(dst, src, c * sizeof *dst);
			memcpy(dst + c, src, (long)w * c * sizeof *dst);
			memcpy(dst + (long)(w + 1) * c, src + (long)(w - 1) * c, c * sizeof *dst);
		}
}

static void add_into(bf *to, const bf *from, int c)
{
	for (int k = 0; k < c; k++)
		to[k] = to_bf(to_float(to[k]) + to_float(from[k]));
}

void pad_backward(const bf *g, bf *gx, long n, int h, int w, int c)
{
#pragma omp parallel for
	for (long i = 0; i < n; i++) {
		bf *o = gx + i * h * w * c;
		for (int a = 0; a < h; a++)
			memcpy(o + (long)a * w * c, g + ((i * (h + 2) + a + 1) * (w + 2) + 1) * c,
			       (long)w * c * sizeof *o);
		for (int a = 0; a < h + 2; a++)
			for (int b = 0; b < w + 2; b++) {
				int r = a == 0 ? 0 : a == h + 1 ? h - 1 : a - 1;
				int q = b == 0 ? 0 : b == w + 1 ? w - 1 : b - 1;
				if (r == a - 1 && q == b - 1)
					continue;
				add_into(o + ((long)r * w + q) * c, g + ((i * (h + 2) + a) * (w + 2) + b) * c, c);
			}
	}
}

void xnor_forward(const bf *a, const bf *r, bf *out, long count)
{
#pragma omp parallel for
	for (long i = 0; i < count; i++)
		out[i] = ((a[i] ^ r[i]) & SIGN) | PLUS;
}

void xnor_backward(const bf *g, const bf *a, const bf *r, bf *ga, bf *gr, long count)
{
#pragma omp parallel for
	for (long i = 0; i < count; i++) {
		ga[i] = g[i] ^ (r[i] & SIGN);
		gr[i] = g[i] ^ (a[i] & SIGN);
	}
}

/* out[i][2c] = z | r, out[i][2c+1] = p, a pair as one little-endian word; count is that of z */
void merge_forward(const bf *z, const bf *r, const bf *p, uint32_t *out, long count)
{
#pragma omp parallel for
	for (long i = 0; i < count; i++)
		out[i] = (uint32_t)(z[i] & r[i]) | (uint32_t)p[i] << 16;
}

/* OR as min(1, z + r) on {0, 1}: no gradient where both are +1 */
void merge_backward(const uint32_t *g, const bf *z, const bf *r, bf *gz, bf *gp, long count)
{
#pragma omp parallel for
	for (long i = 0; i < count; i++) {
		gz[i] = (z[i] | r[i]) == PLUS ? 0 : (bf)g[i];
		gp[i] = (bf)(g[i] >> 16);
	}
}

void or_forward(const bf *z, const bf *r, bf *out, long count)
{
#pragma omp parallel for
	for (long i = 0; i < count; i++)
		out[i] = z[i] & r[i];
}

void or_backward(const bf *g, const bf *z, const bf *r, bf *gz, long count)
{
#pragma omp parallel for
	for (long i = 0; i < count; i++)
		gz[i] = (z[i] | r[i]) == PLUS ? 0 : g[i];
}

/* ---- stem, float32 holding integers; sixteen channels at a time ---- */

typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t i16 __attribute__((vector_size(64), aligned(4)));

/* lanes of a where s is -1, of b where it is 0 */
static inline v16 choose(i16 s, v16 a, v16 b)
{
	return (v16)(((i16)a & s) | ((i16)b & ~s));
}

static void pad_zero(const uint8_t *image, float *out, int side, int radius)
{
	int wide = side + 2 * radius;

	memset(out, 0, (long)wide * wide * sizeof *out);
	for (int y = 0; y < side; y++)
		for (int x = 0; x < side; x++)
			out[(y + radius) * wide + x + radius] = image[y * side + x];
}

/* convolution (size x size, zero padding, stride 1) and 2x2 max-pool of uint8 images [n][side][side] with weights
 * [size*size][c]; out [n][side/2][side/2][c], which [..] = position of the maximum in its window, 0..3 */
void stem_forward(const uint8_t *images, const float *weights, float *out, int32_t *which, long n, int side, int size,
		  int c)
{
	int half = side / 2, wide = side + size - 1;

#pragma omp parallel for
	for (long i = 0; i < n; i++) {
		float padded[wide * wide];

		pad_zero(images + i * side * side, padded, side, size / 2);
		for (int p = 0; p < half * half; p++) {
			const float *x = padded + p / half * 2 * wide + p % half * 2;
			long base = (i * half * half + p) * c;

			for (int k = 0; k < c; k += 16) {
				v16 a0 = { 0 }, a1 = { 0 }, a2 = { 0 }, a3 = { 0 };

				for (int t = 0; t < size * size; t++) {
					const float *q = x + t / size * wide + t % size;
					v16 w = *(const v16 *)(weights + t * c + k);

					a0 += q[0] * w;
					a1 += q[1] * w;
					a2 += q[wide] * w;
					a3 += q[wide + 1] * w;
				}
				i16 s1 = a1 > a0, s3 = a3 > a2;
				v16 top = choose(s1, a1, a0), low = choose(s3, a3, a2);
				i16 s = low > top;

				*(v16 *)(out + base + k) = choose(s, low, top);
				*(i16 *)(which + base + k) = (s & (2 - s3)) | (~s & -s1);
			}
		}
	}
}

/* gradient of the weights; gw [size*size][c] is overwritten */
void stem_backward(const uint8_t *images, const float *g, const int32_t *which, float *gw, long n, int side, int size,
		   int c)
{
	int half = side / 2, wide = side + size - 1;

	memset(gw, 0, (long)size * size * c * sizeof *gw);
#pragma omp parallel
	{
		float sum[size * size * c];

		memset(sum, 0, sizeof sum);
#pragma omp for
		for (long i = 0; i < n; i++) {
			float padded[wide * wide];

			pad_zero(images + i * side * side, padded, side, size / 2);
			for (int p = 0; p < half * half; p++) {
				const float *x = padded + p / half * 2 * wide + p % half * 2;
				long base = (i * half * half + p) * c;

				for (int k = 0; k < c; k += 16) {
					v16 v = *(const v16 *)(g + base + k), zero = { 0 };
					i16 s = *(const i16 *)(which + base + k);
					v16 g0 = choose(s == 0, v, zero), g1 = choose(s == 1, v, zero);
					v16 g2 = choose(s == 2, v, zero), g3 = choose(s == 3, v, zero);

					for (int t = 0; t < size * size; t++) {
						const float *q = x + t / size * wide + t % size;

						*(v16 *)(sum + t * c + k) += g0 * q[0] + g1 * q[1] + g2 * q[wide] + g3 * q[wide + 1];
					}
				}
			}
		}
#pragma omp critical
		for (int t = 0; t < size * size * c; t++)
			gw[t] += sum[t];
	}
}

static inline int clamp(int x, int high)
{
	return x < 0 ? 0 : x > high ? high : x;
}

/* depthwise 3x3 with edge replication: a [n][h][w][c], weights [9][c] */
void depthwise_forward(const float *a, const float *weights, float *d, long n, int h, int w, int c)
{
#pragma omp parallel for
	for (long i = 0; i < n; i++)
		for (int p = 0; p < h * w; p++)
			for (int k = 0; k < c; k += 16) {
				v16 sum = { 0 };

				for (int t = 0; t < 9; t++) {
					int y = clamp(p / w + t / 3 - 1, h - 1), x = clamp(p % w + t % 3 - 1, w - 1);

					sum += *(const v16 *)(weights + t * c + k) *
					       *(const v16 *)(a + ((i * h + y) * w + x) * c + k);
				}
				*(v16 *)(d + (i * h * w + p) * c + k) = sum;
			}
}

void depthwise_backward(const float *g, const float *a, const float *weights, float *ga, float *gw, long n, int h,
			int w, int c)
{
	memset(gw, 0, 9L * c * sizeof *gw);
#pragma omp parallel
	{
		float sum[9 * c];

		memset(sum, 0, sizeof sum);
#pragma omp for
		for (long i = 0; i < n; i++) {
			memset(ga + i * h * w * c, 0, (long)h * w * c * sizeof *ga);
			for (int p = 0; p < h * w; p++)
				for (int k = 0; k < c; k += 16) {
					v16 v = *(const v16 *)(g + (i * h * w + p) * c + k);

					for (int t = 0; t < 9; t++) {
						int y = clamp(p / w + t / 3 - 1, h - 1);
						int x = clamp(p % w + t % 3 - 1, w - 1);
						long at = ((i * h + y) * w + x) * c + k;

						*(v16 *)(ga + at) += v * *(const v16 *)(weights + t * c + k);
						*(v16 *)(sum + t * c + k) += v * *(const v16 *)(a + at);
					}
				}
		}
#pragma omp critical
		for (int t = 0; t < 9 * c; t++)
			gw[t] += sum[t];
	}
}
