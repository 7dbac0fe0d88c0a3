/*
 * The operations on one space, and what they share with steps.c (which runs
 * them) and yield.c (what happens in the middle of them).
 *
 * One rule for all: if an allocation failed meanwhile on this CPU, the result
 * is -ENOMEM and the model stays as it was; if none failed, the result is
 * exactly the predicted one.
 */
#pragma once

#include "mm/as.h"

#include "model/host.h"
#include "model/model.h"

/* The CPUs that are inside an operation; the page it is about, or -1. */
extern bool cpu_busy[HOST_CPUS];
extern int hot_segment;

/* A random segment that is a page; and one that is often the hot one, else
 * mostly one that is mapped in the space. */
int any_page(void);
int pick_page(const struct space *space);

/* The space that a CPU has loaded, or NULL. */
struct space *loaded_space(int cpu);

/* After a granted access: compare with the model, and do a write in both. */
void use_page(struct space *space, int segment, enum access access,
              paddr_t frame);

/* A random range of segments; where it lies. */
struct range pick_range(void);
vaddr_t range_start(struct range range);
u64 range_size(struct range range);

/* Compare a result with what it must be.
 * => whether the operation was done (and did not fail for lack of memory) */
bool done(const char *what, u64 failures_before, long result, long wanted);

void op_write(struct space *space);
void op_fill(struct space *space);
void op_read(struct space *space);
void op_map_around(struct space *space);
void op_map(struct space *space);
void op_unmap(struct space *space);
void op_protect(struct space *space);
void op_stripes(struct space *space);
void op_brk(struct space *space);

/* advice.c: say what forks are to leave out. */
void op_advise(struct space *space);

/* mshare.c */
void op_mshare(struct space *space);

/* cut.c: the operation that is under way wants to visit all spaces, too.  For
 * that it marks all as busy; it unmarks all but its own.
 * => its space; NULL: another operation is under way */
struct space *visit_all(void);
void visit_end(struct space *mine);

/* cut.c: cut short a thing that the space maps, in all spaces. */
void op_cut_short(struct space *space);
