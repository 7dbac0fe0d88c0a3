#pragma once

/*
 * The scalar types both sides of the system call share: sized integers under
 * short names for our own code, and the POSIX names (abi/posix.h) that the
 * structures of this directory are made of.
 */

#include <stdbool.h>

#include "abi/posix.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
