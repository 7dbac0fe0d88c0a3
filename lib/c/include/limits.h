#pragma once

/* The ranges of the integer types, and what the system promises. */

#define CHAR_BIT 8
#define SCHAR_MIN (-128)
#define SCHAR_MAX 127
#define UCHAR_MAX 255
#define CHAR_MIN SCHAR_MIN
#define CHAR_MAX SCHAR_MAX
#define SHRT_MIN (-32768)
#define SHRT_MAX 32767
#define USHRT_MAX 65535
#define INT_MIN (-INT_MAX - 1)
#define INT_MAX 0x7fffffff
#define UINT_MAX 0xffffffffu
#define LONG_MIN (-LONG_MAX - 1)
#define LONG_MAX 0x7fffffffffffffffl
#define ULONG_MAX 0xfffffffffffffffful
#define LLONG_MIN (-LLONG_MAX - 1)
#define LLONG_MAX 0x7fffffffffffffffll
#define ULLONG_MAX 0xffffffffffffffffull
#define SSIZE_MAX LONG_MAX

#define PATH_MAX 4096 /* with its NUL */
#define NAME_MAX 255
#define PIPE_BUF 4096 /* a write up to this long is not mixed with others */
