/*
 * badptr.h: give a system call each kind of bad pointer, and check that it
 * fails with EFAULT and the process goes on. The tests bad_in.c, bad_out.c and
 * bad_path.c have the tables of calls.
 */
#pragma once

#include "raw.h"
#include "tap.h"

#include <sys/mman.h>

/*
 * One call: `which` of its arguments is the pointer. null, read_only and
 * across are what it returns for NULL, for a page that may only be read (it
 * is all zero), and for a buffer that begins 4 bytes before the end of a page
 * of letters, where nothing may be touched behind; all others: -EFAULT.
 */
struct bad_call {
    const char *name;
    long nr;
    long arg[6];
    int which;
    long null;
    long read_only;
    long across;
};

static char *bad_page, *bad_edge, *bad_read_only;

/* Map a page that is followed by one without rights, and a read-only page. */
static inline void
bad_init(void)
{
    bad_page = mmap(NULL, 3 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    mprotect(bad_page, 4096, PROT_READ | PROT_WRITE);
    bad_edge = bad_page + 4096;
    bad_read_only = bad_page + 2 * 4096;
    mprotect(bad_read_only, 4096, PROT_READ);
}

static inline void
bad_try(const struct bad_call *call, const char *kind, long pointer, long want)
{
    char name[96];
    long arg[6], got;

    memcpy(arg, call->arg, sizeof(arg));
    arg[call->which] = pointer;
    got = raw_v(call->nr, arg);
    snprintf(name, sizeof(name), "%s, %s: %s", call->name, kind,
        want < 0 ? errno_name(-want) : "taken");
    is(got, want, name);
}

/* All kinds of bad pointer in turn. */
static inline void
bad_test(const struct bad_call *call)
{
    memset(bad_page, 'a', 4096);
    bad_try(call, "NULL", 0, call->null);
    bad_try(call, "address 1", 1, -EFAULT);
    bad_try(call, "an unmapped page", 0x10000000, -EFAULT);
    bad_try(call, "a read-only page", P(bad_read_only), call->read_only);
    bad_try(call, "into a PROT_NONE page", P(bad_edge - 4), call->across);
    bad_try(call, "a PROT_NONE page", P(bad_edge), -EFAULT);
    bad_try(call, "the end of the user's half", 0x7ffffffff000, -EFAULT);
    bad_try(call, "a kernel address", 0xffff800000000000L, -EFAULT);
    bad_try(call, "the kernel's code", 0xffffffff80000000L, -EFAULT);
    bad_try(call, "no address", 1L << 63, -EFAULT);
    bad_try(call, "the last byte", -1, -EFAULT);
}

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
