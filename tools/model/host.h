/*
 * The model test: the real mm of this kernel on the build host, driven by a
 * random sequence of operations, compared after each with a plain model that
 * copies everything at every fork.
 *
 *      main.c    the random generator, rounds, the report of a failure
 *      steps.c   which operation comes next, where; fork, exit
 *      ops.c     the operations on one space, one function each
 *      cut.c     the operation on all spaces: a file becomes shorter
 *      advice.c  the operation on later forks: what they leave out
 *      yield.c   what other CPUs do in the middle of an operation
 *      model.c   what every page of every space must hold and allow
 *      mmu.c     the processors' walks, TLBs and path caches; flushes
 *      layer.c   physical memory, and what the real files need from elsewhere
 *      object.c  files and shared memory to map
 */
#pragma once

#include "core/types.h"

#define HOST_CPUS 4

/* main.c: a number below n, by the seeded generator. */
u64 random_below(u64 n);

/* true once in n times. */
bool one_in(u64 n);

/* main.c: remember an operation, for the report of a failure. */
void note(const char *what, int space, u64 first, u64 second);

/* main.c: something is wrong: say what, and how to see it again. */
__noreturn void fail(const char *fmt, ...) __printf(1, 2);

/* layer.c: lay out physical memory and start the allocators. */
void layer_init(void);

/* layer.c: make every access to a free frame an error; run the checkers, which
 * may access them. */
void layer_poison(void);
void layer_check(void);

/* layer.c: allocations that have failed on this CPU. */
extern u64 failures[HOST_CPUS];

/* yield.c: a point where other CPUs may run. */
void yield_point(void);

/* steps.c: choose the parameters of this round. */
void ops_init(void);

/* steps.c: one random operation, on a CPU and a space that are not busy.
 * => false: it could not find any */
bool step(void);

/* steps.c: end every space. */
void end_all(void);
