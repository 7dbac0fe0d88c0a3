/*
 * sysinfo.c: what programs ask about the system before they trust it: sysinfo,
 * uname's release, and those answers of prctl that mean little here.
 */
#include "tap.h"
#include "raw.h"

#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static long
told(int what, long arg)
{
    return raw(NR_prctl, what, arg, 0, 0);
}

int
main(void)
{
    struct sysinfo info;
    struct utsname name;

    is(sysinfo(&info), 0, "sysinfo");
    ok(info.uptime > 0 && info.procs > 0 && info.mem_unit > 0
           && info.totalram > info.freeram && info.freeram > 0,
       "has numbers that can be");
    is(raw(99, 8, 0, 0, 0), -EFAULT, "a bad address");
    ok(uname(&name) == 0 && atoi(name.release) >= 6
           && name.release[1] == '.', "the release is 6 or later");
    is(told(PR_GET_DUMPABLE, 0), 1, "dumpable");
    is(told(PR_SET_DUMPABLE, 0), 0, "no more");
    is(told(PR_GET_DUMPABLE, 0), 0, "as it says");
    pid_t pid = fork();
    if (pid == 0) {
        _exit(told(PR_GET_DUMPABLE, 0));
    }
    int status = 0;
    waitpid(pid, &status, 0);
    is(status, 0, "nor is a child");
    is(told(PR_SET_DUMPABLE, 7), -EINVAL, "another value");
    is(told(PR_SET_DUMPABLE, 1), 0, "dumpable again");
    is(told(PR_CAPBSET_READ, 0) >= 0, 1, "a capability");
    is(told(PR_CAPBSET_READ, 64), -EINVAL, "an unknown one");
    is(told(PR_GET_KEEPCAPS, 0), 0, "capabilities are not kept");
    is(told(PR_GET_TIMING, 0), 0, "the timing is statistical");
    is(told(PR_SET_TIMING, 0), 0, "and may stay so");
    is(told(PR_SET_TIMING, 1), -EINVAL, "no other one");
    is(told(7777, 0), -EINVAL, "an unknown command");
    return done();
}
