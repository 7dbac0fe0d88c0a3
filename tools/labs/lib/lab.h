/*
 * lab.h: what a graded test program says, and how.
 *
 * A test is a program with one subject.  It takes all that varies from a seed,
 * checks, and ends with lab_done().  The grader believes a test only if it has
 * seen the line that lab_done() prints, with a number that it chose itself.
 *
 *     int
 *     main(int argc, char **argv)
 *     {
 *         lab_begin(argc, argv);
 *         ...
 *         lab_check("PT-1", "what the child reads", 7, value);
 *         lab_done();
 *     }
 *
 * It uses nothing but what the lab is about: no pipes, no files.  Parent and
 * child talk by exit statuses and by memory from lab_shared().
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* The first call of main: argv[1] is the seed, 1 if it is missing. */
void lab_begin(int argc, char **argv);

unsigned long lab_seed(void);

/* The next number of a generator that begins at the seed.  A child goes on
 * from where its parent was. */
unsigned long lab_random(void);

/* The same, from low to high, both included. */
unsigned long lab_between(unsigned long low, unsigned long high);

/* What holds.  If it does not: print `PROMISE: what: expected E, got G` and
 * exit with 1.  A child exits with 1 in silence; the first failure of all
 * children is what lab_end() prints. */
void lab_check(const char *promise, const char *what, unsigned long expected,
    unsigned long got);

/* The same for addresses, which are shown in hexadecimal. */
void lab_check_address(const char *promise, const char *what,
    unsigned long expected, unsigned long got);

/* Zeroed memory, shared with children; whole pages. */
void *lab_shared(size_t size);

/* fork, or the end of the test. */
pid_t lab_fork(void);

/* Wait for this child, whose exit code must be 0. */
void lab_join(pid_t child);

/* Let others run until the word, in shared memory, is value. */
void lab_await(const volatile unsigned *word, unsigned value);

/* The end of a test, in the process that began it, if a child has failed. */
void lab_end(void);

/* What a test of speed has measured, with the grader's number beside it. */
void lab_cost(unsigned long cost);

/* The end of a test in which all held. */
void lab_done(void) __attribute__((noreturn));
