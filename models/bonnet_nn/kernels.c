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
