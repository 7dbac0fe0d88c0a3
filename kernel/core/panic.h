/*
 * The end, when a kernel invariant is broken.  A user program can never cause
 * a panic, nor can lack of memory after boot.
 */
#pragma once

#include "core/types.h"

/* Print the message, where it came from, CPU, pid and a backtrace with names;
 * then end the machine with the status that tools/run knows as a panic.
 * => any context; does not return */
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)

/* What the programmer promised; compiled in always. */
#define assert(expr)                                                       \
    ((expr) ? (void)0 : panic_at(__FILE__, __LINE__, "assert: %s", #expr))

__noreturn void panic_at(const char *file, int line, const char *fmt, ...)
    __printf(3, 4);

/* A panic in two halves, for a trap handler: printing between them takes no
 * lock.  The second prints the return addresses from frame pointer rbp on. */
void panic_begin(void);
__noreturn void panic_end(u64 rbp);
extern int panicking; /* 1 + the CPU that panics, or 0 */

/* How the machine ends, after all output has been sent (dev/power.c).
 * => off, reset: the caller has parked all other CPUs (park_others) */
__noreturn void machine_power_off(void);
__noreturn void machine_reset(void);
__noreturn void machine_fail(void); /* after a panic */

/* The function that holds address, and the offset into it.
 * => NULL if the address is not in the kernel's text */
const char *symbol_at(u64 address, u64 *offset);

/* Print the calls that frame pointer rbp leads to. */
void backtrace(u64 rbp);
