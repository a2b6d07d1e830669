#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# unsynthesizable.sh SIZES_DIR - does synthesizable.sh see what it promises to see? Small files, each with one thing that it must refuse and the words it
# must refuse it with; and one that is sound. Exit 0: all of them, 1: no, 77: a tool is missing.
set -u
here=$(dirname "$0")
sizes=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/hls"
bad=0 count=0
# $1: the words, or nothing; standard input: the file.
refused() {
    cat > "$work/hls/x.c"
    local rc=0
    "$here/synthesizable.sh" "$sizes" "$work/hls/x.c" > "$work/log" 2>&1 || rc=$?
    [ $rc != 77 ] || { cat "$work/log"; exit 77; }
    count=$((count + 1))
    if [ -z "$1" ]; then
        [ $rc = 0 ] || { echo "FAIL: sound, but refused:"; cat "$work/log"; bad=1; }
    elif [ $rc != 1 ] || ! grep -qF "$1" "$work/log"; then
        echo "FAIL: '$1' was not seen in:"
        cat "$work/hls/x.c" "$work/log"
        bad=1
    fi
}
refused '' << 'END'
enum { SIX = 6 };
static int twice(int x) { return 2 * x; }
int f(const int a[6]);
int f(const int a[6])
{
    int s = 0;
    for (int i = 0; i < SIX; i++) {
#pragma HLS PIPELINE II = 1
        if (a[i] == 0) break;
        s += twice(a[i]) == i;
    }
    return s;
}
END
refused 'calls itself' << 'END'
int f(int x);
int f(int x) { return x ? f(x - 1) + 1 : 0; }
END
refused 'calls in a circle' << 'END'
int f(int x);
int g(int x);
int f(int x) { return x ? g(x - 1) + 1 : 0; }
int g(int x) { return x ? f(x - 1) + 1 : 0; }
END
refused 'not of hls/: malloc' << 'END'
#include <stdlib.h>
static int *h(void) { return malloc(sizeof(int)); }
int *f(void);
int *f(void) { return h(); }
END
refused 'a call by a pointer' << 'END'
static int g(int x) { return x; }
typedef int function(int);
int f(int x);
int f(int x)
{
    function *volatile p = g;
    return p(x) + g(x);
}
END
refused 'pointer to a function' << 'END'
static int g(int x) { return x; }
int f(int x, int (*p)(int));
int f(int x, int (*p)(int)) { return g(x) + (p == g); }
END
refused 'pointer to a pointer' << 'END'
static int g(int **x) { return **x; }
int f(int *x);
int f(int *x) { return g(&x); }
END
refused 'a bound is no positive constant' << 'END'
static int g(int x) { return x; }
int f(int n);
int f(int n)
{
    int s = 0;
    for (int i = 0; i < n; i++) s += g(i);
    return s;
}
END
refused 'not a loop with a fixed bound' << 'END'
static int g(int x) { return x; }
int f(void);
int f(void)
{
    int s = 0;
    for (int i = 9; i > 0; i--) s += g(i);
    return s;
}
END
refused "a body that writes its loop's variable" << 'END'
static int g(int x) { return x; }
int f(void);
int f(void)
{
    int s = 0;
    for (int i = 0; i < 9; i++) {
        if (s == 3) i = 0;
        s += g(i);
    }
    return s;
}
END
refused 'while' << 'END'
static int g(int x) { return x; }
int f(int x);
int f(int x)
{
    while (x > 1) x /= 2;
    return g(x);
}
END
refused 'goto' << 'END'
static int g(int x) { return x; }
int f(int x);
int f(int x)
{
again:
    x /= 2;
    if (g(x)) goto again;
    return x;
}
END
refused 'unknown pragma' << 'END'
static int g(int x) { return x; }
int f(int x);
int f(int x)
{
#pragma HLS PIPELNE II = 1
    return g(x);
}
END
refused 'pragma on a variable that is not there' << 'END'
static int g(int x) { return x; }
int f(int x);
int f(int x)
{
#pragma HLS ARRAY_PARTITION variable = y complete
    return g(x);
}
END
refused 'x.c: gcc' << 'END'
int f(int x);
int f(int x)
{
    int unused;
    return x;
}
END
[ $bad = 0 ] && echo "synthesizable.sh: $count small files judged as they should be"
exit $bad
