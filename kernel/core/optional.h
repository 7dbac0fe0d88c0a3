/*
 * Files that may be deleted (tools/optional.txt).  A call of such a file's
 * function has a stand-in where it is called, a weak alias: with the file the
 * linker takes the function, without it what the call gives is 0, or -ENOSYS.
 */
#pragma once

#include "abi/errno.h"

static __attribute__((used)) long
absent(void)
{
    return 0;
}

static __attribute__((used)) long
absent_enosys(void)
{
    return -ENOSYS;
}

#define OPTIONAL(function)                                                 \
    __asm__(".weak " #function "\n.set " #function ", absent");
#define OPTIONAL_ENOSYS(function)                                          \
    __asm__(".weak " #function "\n.set " #function ", absent_enosys");
