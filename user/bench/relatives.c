/*
 * relatives.c: what fork's relatives cost: a process that ends at once, and is
 * waited for.
 *
 * Prints as forkbench does, and as that may be the only file there and the
 * first process. It is linked with lib/c, where the relatives are, so fork has
 * a figure here, too. What begins a program begins this one, under the name
 * `ends`.
 */
#include "common.h"
#include "relatives.h"

#include <errno.h>
#include <fcntl.h>
#include <freebsd.h>
#include <irix.h>
#include <reexec.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vms.h>

#include "abi/sched.h"
#include "abi/spawn.h"

#define MAILBOX "/tmp/relatives-mailbox"

enum { BY_PIDFD = 3 /* waitid: the id is that descriptor */ };

static char *self = "/relatives";   /* the path of this file */
static char *argv[] = {"ends", NULL}, *envp[] = {NULL};
static char stack[4 * PAGE] __attribute__((aligned(16)));

static unsigned long
fork_wait(void)
{
    unsigned long begin = now();
    pid_t pid = start();
    if (pid == 0) {
        _exit(0);
    }
    await_end(pid);
    return now() - begin;
}

static unsigned long
vfork_wait(void)
{
    unsigned long begin = now();
    pid_t pid = vfork();
    if (pid == 0) {
        _exit(0);
    }
    await_end(must(pid, "vfork"));
    return now() - begin;
}

/* ---- those that share memory ---- */

static int
ends_at_once(void *arg)
{
    (void)arg;
    return 0;
}

static unsigned long
rfork_thread_wait(void)
{
    unsigned long begin = now();
    await_end(must(rfork_thread(RFPROC | RFMEM, stack + sizeof(stack),
                            ends_at_once, NULL), "rfork_thread"));
    return now() - begin;
}

static void
entry(void *arg)
{
    (void)arg;
}

static unsigned long
sproc_wait(void)
{
    unsigned long begin = now();
    await_end(must(sproc(entry, PR_SALL, NULL), "sproc"));
    return now() - begin;
}

static unsigned long
rfork_copy(void)
{
    unsigned long begin = now();
    must(rfork_and_await(false), "rfork");
    return now() - begin;
}

/* From the first time on memory is shared, and a fork has to copy it. */
static unsigned long
rfork_memory(void)
{
    unsigned long begin = now();
    must(rfork_and_await(true), "rfork");
    return now() - begin;
}

/* ---- a descriptor of the process ---- */

static int pidfd;

static long
clone_pidfd(void)
{
    unsigned long args[8] = {CLONE_PIDFD, (unsigned long)&pidfd, 0, 0, SIGCHLD};
    return syscall(SYS_clone3, args, sizeof(args));
}

static unsigned long
clone_pidfd_wait(void)
{
    unsigned long begin = now();
    if (must(clone_pidfd(), "clone3") == 0) {
        _exit(0);
    }
    must(waitid(BY_PIDFD, (id_t)pidfd, NULL, WEXITED), "waitid");
    close(pidfd);
    return now() - begin;
}

/* Are there such descriptors? */
static int
have_pidfd(void)
{
    long pid = clone_pidfd();
    if (pid == 0) {
        _exit(0);
    }
    if (pid > 0) {
        await_end((pid_t)pid);
        close(pidfd);
    }
    return pid > 0;
}

/* ---- those that begin a program ---- */

static unsigned long
posix_spawn_wait(void)
{
    pid_t pid;
    unsigned long begin = now();
    must(-posix_spawn(&pid, self, NULL, NULL, argv, envp),
         "posix_spawn");
    await_end(pid);
    return now() - begin;
}

static unsigned long
spawn_nothing_wait(void)
{
    struct spawn_args args = {.path = (uintptr_t)self,
                              .argv = (uintptr_t)argv};
    unsigned long begin = now();
    await_end(must(spawn_program(&args), "spawn"));
    return now() - begin;
}

static unsigned long
nt_create_wait(void)
{
    struct nt_process process = {.image = self, .argv = argv,
                                 .envp = envp, .flags = NT_SUSPENDED};
    unsigned long begin = now();
    pid_t pid = must(nt_create(&process), "nt_create");
    nt_resume(pid);
    await_end(pid);
    return now() - begin;
}

/* Until its message is there; its watcher then ends by itself. */
static unsigned long
creprc_message(void)
{
    struct vms_process process = {.image = self, .argv = argv,
                                  .mailbox = MAILBOX};
    struct vms_message message;
    unsigned long begin = now();
    must(vms_spawn(&process), "vms_spawn");
    int mailbox = must(open(MAILBOX, O_RDONLY), MAILBOX);
    must(read(mailbox, &message, sizeof(message)), "read");
    close(mailbox);
    return now() - begin;
}

static unsigned long
reexec_run(void)
{
    struct cmd cmd;
    unsigned long begin = now();
    reexec_command(&cmd, argv);
    cmd.fd[0] = cmd.fd[1] = cmd.fd[2] = STDERR_FILENO;
    must(cmd_run(&cmd), "cmd_run");
    return now() - begin;
}

/* ---- private memory becomes shared ---- */

static unsigned long
share_mib(void)
{
    char *area = map_written(MIB);
    unsigned long begin = now();
    long result = mshare(area, MIB);
    unsigned long ticks = now() - begin;
    must(result, "mshare");
    munmap(area, MIB);
    return ticks;
}

static void
ends(void)
{
    _exit(0);
}

int
main(int count, char **words)
{
    reexec_register("ends", ends);
    if (vms_init() || reexec_init()) {
        return 0;
    }
    if (count > 0 && strchr(words[0], '/') != NULL) {
        self = words[0];
    }
    if (access(reexec_self(), F_OK) < 0) {
        mkdir("/proc", 0755);
        must(mount("proc", "/proc", "proc", 0, NULL), "/proc");
    }
    mkdir("/tmp", 0755);
    unlink(MAILBOX);
    must(mkfifo(MAILBOX, 0600), MAILBOX);
    repeat("relatives_fork", fork_wait);
    repeat("relatives_vfork", vfork_wait);
    repeat("rfork_thread", rfork_thread_wait);
    repeat("sproc", sproc_wait);
    if (have_pidfd()) {
        repeat("clone_pidfd", clone_pidfd_wait);
    }
    repeat("posix_spawn", posix_spawn_wait);
    repeat("spawn_nothing", spawn_nothing_wait);
    repeat("nt_create", nt_create_wait);
    repeat("creprc", creprc_message);
    repeat("reexec", reexec_run);
    if (mshare(stack, 0) == 0 || errno != ENOSYS) {
        repeat("mshare_mib", share_mib);
    }
    repeat("rfork_copy", rfork_copy);
    report("rfork_memory_first", 0, rfork_memory());
    repeat("rfork_memory", rfork_memory);
    unlink(MAILBOX);
    report("end", 0, 0);
    return 0;
}
