/*
 * The spaces of the threads test, and what their users read and write.
 *
 * In each kept page every CPU has a word that it alone writes, with numbers
 * that grow.  So a reader knows between which numbers the word must be,
 * although others are writing; and a child's words, once read, must not change.
 */
#pragma once

#include "core/types.h"

#include "model/threads/threads.h"

struct as;

#define SPACES 6

/* The pages of each space: KEPT ones are compared word by word; FLEETING ones
 * come and go, and must never show another family's data; the object's are all
 * spaces', and its numbers are counted. */
#define KEPT     6
#define FLEETING 4
#define OBJECT   2
#define PAGES    (KEPT + FLEETING + OBJECT)

extern const vaddr_t places[PAGES];

/* A word of a page is between these, and only CPU w writes word w. */
struct word {
    u64 low, high;
};

struct space {
    struct as *as; /* NULL: free, if users is 0 */
    int users;     /* CPUs in it, or making it */
    u32 parked;    /* references of threads asleep, on no CPU */
    u64 family;
    u32 protected; /* a CPU makes a kept page read-only for a while */
    struct word words[KEPT][HOST_CPUS];
};

extern struct space spaces[SPACES];

/* main.c: a random number below n, of this CPU. */
u64 below(u64 n);

/* Make the object's pages; they must have counted all, and are given back. */
void pages_init(void);
void pages_end(void);

/* Map page number `page` anew.  => false: no memory */
bool map_page(struct as *as, int page);

/* Write the next number to this CPU's word; or nothing, if that cannot be. */
void write_kept(struct space *space, struct as *as, int page);

/* => whether it could be read, and what it was */
bool read_kept(struct space *space, struct as *as, int page, int cpu,
               u64 *number);

void use_fleeting(const struct space *space, struct as *as, int page);
void use_object(struct as *as, int page);

/* Unmap pages of the object from all spaces: no user may see a difference. */
void unmap_object(void);
