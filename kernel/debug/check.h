/*
 * What the checkers' files share.
 */
#pragma once

#include "core/printk.h"

#include "fs/procfs.h"

#define REPORTED_MAX 20 /* violations named one by one */

struct check {
    struct text *out; /* NULL: to the log */
    u64 violations;
    const struct as *as; /* being walked */
};

#define violation(check, ...)                                              \
    do {                                                                   \
        if (++(check)->violations > REPORTED_MAX) {                        \
            break;                                                         \
        }                                                                  \
        if ((check)->out != NULL) {                                        \
            text_printf((check)->out, __VA_ARGS__);                        \
        } else {                                                           \
            warn(__VA_ARGS__);                                             \
        }                                                                  \
    } while (0)

/* How a process gets to a frame, in words (pages.c). */
const char *way_to(paddr_t frame);

/* VM-1 and VM-3: the vmas of all spaces. */
void check_vmas(struct check *check);

/* What CPUs have loaded, and what waits for them.
 * => all others are parked */
void check_cpus(struct check *check);
