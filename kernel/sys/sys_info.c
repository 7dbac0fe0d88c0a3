/*
 * sysinfo.
 */
#include "abi/sysinfo.h"

#include "arch/clock.h"

#include "mm/frame.h"

#include "proc/pid.h"

#include "sys/sys.h"

/* int sysinfo(struct sysinfo *info);
 * EFAULT.  Differences from Linux: no loads are counted; there is no swap. */
long
sys_sysinfo(u64 user)
{
    u64 now = clock_ns();
    struct sysinfo info = {
        .uptime = (long)(now / NSEC_PER_SEC) + (now % NSEC_PER_SEC != 0),
        .totalram = (frames_count - frame_count(FRAME_RESERVED)) * PAGE_SIZE,
        .freeram = frame_count(FRAME_FREE) * PAGE_SIZE,
        .sharedram = (frame_count(FRAME_SHARED) + frame_count(FRAME_CACHE))
                     * PAGE_SIZE,
        .procs = (unsigned short)proc_count(),
        .mem_unit = 1,
    };

    return copy_to_user(user, &info, sizeof(info));
}
