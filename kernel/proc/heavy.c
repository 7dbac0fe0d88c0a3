/*
 * Who runs most: a count of ticks for each user, halved again and again.  Where
 * many threads wait, the user who ran most of late is served apart (shares.h),
 * so that with a thousand threads it does not delay another's shell.
 */
#include "core/config.h"

#include "arch/percpu.h"

#include "proc/cred.h"
#include "proc/shares.h"

#define WINDOW 16 /* ticks; then all are halved */
#define ROOT   0

static struct {
    u8 ticks;       /* a  of late */
    u8 used[USER_PLACES]; /* a  of those, each user's */
    u8 most;        /* a  who has most, but for root; at first, ROOT */
} of_cpu[MAX_CPUS];

static u8
user_of(const struct thread *thread)
{
    return (u8)cred_place(thread->cred);
}

void
heavy_tick(void)
{
    typeof(of_cpu[0]) *mine = &of_cpu[this_cpu()->id];
    u8 user = user_of(current);

    mine->ticks++;
    mine->used[user]++;
    if (user != ROOT && (mine->most == ROOT
                         || mine->used[user] > mine->used[mine->most])) {
        mine->most = user;
    }
    if (mine->ticks >= WINDOW) {
        mine->ticks = 0;
        for (int i = 0; i < USER_PLACES; i++) {
            mine->used[i] /= 2;
            mine->ticks += mine->used[i];
        }
    }
}

bool
heavy_is(int cpu, const struct thread *thread)
{
    const typeof(of_cpu[0]) *its = &of_cpu[cpu];
    u8 user = user_of(thread);

    return user != ROOT && user == its->most
           && its->used[user] * 4 >= its->ticks;
}

u64
heavy_real(const struct thread *thread)
{
    bool whole = user_of(thread) == ROOT
                 || thread->share.priority == PRIORITY_LAST;

    return REAL_PERIOD / 100 * (whole ? 95 : 50);
}
