/*
 * Who runs most.  Where many threads wait, the user who ran most of late is
 * served apart (shares.h), so that with a thousand threads it does not delay
 * another's shell.  Users are told apart by the lowest bits of their ids.
 */
#pragma once

#include "arch/clock.h"

#include "proc/thread.h"

#define REAL_PERIOD NSEC_PER_SEC /* of which real-time threads have a part */

/* A tick has passed while the current thread ran; not the idle one.
 * => in the timer's handler */
void heavy_tick(void);

/* Whether the thread's user is the one who runs most on this CPU, and is not
 * root.  => it does not run elsewhere, so its cred stays */
bool heavy_is(int cpu, const struct thread *thread);

/* How long real-time threads may have run in a period, while others wait, for
 * this one to be next.  Of a user who is not root: half of it, so that the rest
 * is enough for a shell.  => as heavy_is */
u64 heavy_real(const struct thread *thread);
