/*
 * Files that may be deleted (tools/optional.txt).  The calling file has a weak
 * stand-in for a function of such a file.  The linker takes the function if the
 * file exists; otherwise the stand-in, which returns 0, or -ENOSYS.
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
