/*
 * The only way to user memory: every user pointer goes through these.  They
 * fault pages in, and break sharing, exactly as the user's own access would.
 */
#pragma once

#include "core/types.h"

/* The first address that is not the user's: the last page stays unmapped. */
#define USER_END 0x7ffffffff000UL

/* Copy size bytes between the current process's memory and the kernel's.
 * => no spinlock held (a fault takes the address space's)
 * => 0, or -EFAULT if any byte cannot be reached (a prefix may be copied) */
int copy_from_user(void *dst, vaddr_t src, size_t size) __must_check;
int copy_to_user(vaddr_t dst, const void *src, size_t size) __must_check;

/* The same, for calls with a short count: bytes not copied (0 = all). */
size_t copy_from_user_some(void *dst, vaddr_t src, size_t size)
    __must_check;
size_t copy_to_user_some(vaddr_t dst, const void *src, size_t size)
    __must_check;

/* Copy a NUL-terminated string of at most size bytes, its NUL included.
 * => its length without the NUL; -EFAULT; -ENAMETOOLONG if it does not fit */
long copy_string_from_user(char *dst, vaddr_t src, size_t size) __must_check;
