/*
 * Files that may be deleted (tools/optional.txt).  The calling file has a weak
 * stand-in for a function of such a file.  The linker takes the function if the
 * file exists; otherwise the stand-in, which returns 0.
 */
#pragma once

static __attribute__((used)) long
absent(void)
{
    return 0;
}

#define OPTIONAL(function)                                                 \
    __asm__(".weak " #function "\n.set " #function ", absent");
