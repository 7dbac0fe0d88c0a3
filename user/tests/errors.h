/*
 * errors.h: a table of calls that must fail, or do nothing, and with which
 * error: what the manual page of each call lists, one line a cause.
 */
#pragma once

#include "names.h"
#include "raw.h"

struct error_case {
    const char *call;
    const char *cause;
    long nr;
    long arg[6];
    int error; /* 0: the call succeeds */
};

static inline void
error_try(const struct error_case *one)
{
    char name[128];

    snprintf(name, sizeof(name), "%s, %s: %s", one->call, one->cause,
        errno_name(one->error));
    is(raw_v(one->nr, one->arg), -one->error, name);
}

#define ERROR_TABLE(table)                                                 \
    for (int i = 0; i < COUNT_OF(table); i++) {                            \
        error_try(&(table)[i]);                                            \
    }
