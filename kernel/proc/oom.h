/*
 * When memory ends: someone is killed, so that the others can go on.
 *
 * The victim is who holds most, of the user whose processes do: memory, pipes,
 * files without a name; of what is shared, a part.  Of a user's crowd in which
 * each holds little, many end at once, and before all others run.  Never pid 1,
 * nor who cannot end soon; the children that pid 1 itself has started, root's
 * shell, only if there is nobody else.  FRAMES_KEPT frames are kept for these,
 * and for the one who ends.
 */
#pragma once

#include "core/types.h"

#include "arch/percpu.h"

#include "proc/thread.h"

struct files;
struct process;
struct trapframe;

/* An access, or a system call, of the current thread lacks memory: kill who
 * holds most, and wait until its memory is back.  If that is the current
 * process, it is left to the caller.
 * => no spinlock held; may sleep
 * => whether to try again */
bool oom_make_room(void);

/* A system call has ended by this frame while WORK_MEMORY was set: if that is
 * why it failed, and room was made, the program makes it again. */
void oom_settle_call(struct trapframe *frame);

/* Another thread may have run here, and taken the CPU's note that the current
 * one lacks memory. */
static inline void
oom_note_again(void)
{
    if (current->lacks) {
        cpu_add_work(WORK_MEMORY);
    }
}

/* Keep frames from now on.  => boot, after frame_init */
void oom_init(void);

/* How many frames the last user of this table would free: fs/held.c sets it.
 * => all other CPUs are parked */
extern u64 (*oom_files_hold)(struct files *files);
