/*
 * What the files of the checkers share.
 */
#pragma once

#include "core/printk.h"

#include "fs/procfs.h"

#define REPORTED_MAX 20 /* further violations are only counted */

struct check {
    struct text *out; /* NULL: to the log */
    u64 violations;
    const struct as *as; /* the space being walked */
    const struct vma *vma; /* its vma that was looked up last, or NULL */
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

/* A path to a frame: pid, root, indices (pages.c). */
const char *way_to(paddr_t frame);

/* VM-1, VM-3 and VM-4: the vmas of all spaces. */
void check_vmas(struct check *check);

/* Whether a thread uses the space: exec may rest while it builds one.  Then,
 * how many threads may have stopped in the middle of a call, as in a fork that
 * has made a process which is in no list yet.
 * => all other CPUs are parked */
bool check_is_used(const struct as *as);
int check_count_stopped(void);

/* SM-1 and SM-2: the tables that CPUs have loaded, and their run queues.
 * => all other CPUs are parked */
void check_cpus(struct check *check);

/* Add the frames that calls hold to the counts of edges, by frame number. */
void check_add_holds(u32 *edges);

/* SG-1 and PR-4: entries of pending signals, and the count of subreapers. */
void check_signals(struct check *check);
