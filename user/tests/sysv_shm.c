/*
 * sysv_shm.c: System V's shared memory: over fork, exec and exit; who counts as
 * attached; removal, which waits for the last one; keys; errors.
 */
#include "sysv.h"

#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096

static int
attach_more(void *arg)
{
    int id = *(int *)arg;
    char *p = shmat(id, NULL, 0);
    ++*p;
    return attached(id) - 2;
}

static int
detach(void *p)
{
    return shmdt(p) != 0;
}

static void
basics(void)
{
    struct shmid_ds data;
    int id = shmget(IPC_PRIVATE, 3 * PAGE - 5, IPC_CREAT | 0640);
    ok(id >= 0, "three pages");
    ok(shmctl(id, IPC_STAT, &data) == 0 && data.shm_segsz == 3 * PAGE - 5
       && data.shm_perm.mode == 0640 && data.shm_perm.uid == geteuid()
       && data.shm_perm.cuid == geteuid() && data.shm_perm.gid == getegid()
       && data.shm_cpid == getpid() && data.shm_lpid == 0
       && data.shm_atime == 0 && data.shm_ctime > 0,
       "what IPC_STAT tells");
    is(data.shm_nattch, 0, "nobody has it attached");
    char *p = shmat(id, NULL, 0);
    char *q = shmat(id, NULL, SHM_RDONLY);
    ok(p != (char *)-1 && q != (char *)-1 && p != q, "attached twice");
    is(p[0] | p[3 * PAGE - 1], 0, "it is zero, to the end of the page");
    p[PAGE] = 's';
    is(q[PAGE], 's', "both are the same memory");
    fails(mprotect(q, PAGE, PROT_READ | PROT_WRITE), EACCES,
          "one is for reading, and stays so");
    is(attached(id), 2, "two are attached");
    shmctl(id, IPC_STAT, &data);
    ok(data.shm_lpid == getpid() && data.shm_atime > 0, "by this process");
    is(shmdt(q), 0, "one is detached");
    fails(shmdt(q), EINVAL, "once");
    p[0] = 'a';
    exited(in_child(attach_more, &id), 1, "a child has two, the parent one");
    is(p[0], 'b', "they share it");
    is(attached(id), 1, "the child's are gone");
    exited(in_child(detach, p), 0, "a child detaches its own");
    is(p[0], 'b', "the parent has it still");
    is(shmdt(p), 0, "and detaches it");
    is(attached(id), 0, "none is left");
    p = shmat(id, NULL, 0);
    is(p[0], 'b', "it keeps what was written");
    shmdt(p);
    is(shmctl(id, IPC_RMID, NULL), 0, "it is removed");
    fails(shmctl(id, IPC_STAT, &data), EINVAL, "and gone");
    fails((long)shmat(id, NULL, 0), EINVAL, "for all calls");
}

static void
removal(void)
{
    struct shmid_ds data;
    int id = shmget(IPC_PRIVATE, PAGE, 0600), gate[2];
    char *p = shmat(id, NULL, 0), byte;
    ok(pipe(gate) == 0, "a pipe");
    pid_t pid = must_fork();
    if (pid == 0) {
        close(gate[1]);
        _exit(read(gate[0], &byte, 1) != 0 || p[0] != 'r');
    }
    is(attached(id), 2, "a child has it by fork");
    is(shmctl(id, IPC_RMID, NULL), 0, "removed, but attached");
    ok(shmctl(id, IPC_STAT, &data) == 0 && (data.shm_perm.mode & SHM_DEST)
       && data.shm_nattch == 2, "it waits for the last one");
    p[0] = 'r';
    char *q = shmat(id, NULL, 0);
    ok(q != (char *)-1 && q[0] == 'r', "its id can still be used");
    is(shmctl(id, IPC_RMID, NULL), 0, "to remove it again, too");
    shmdt(q);
    shmdt(p);
    is(attached(id), 1, "only the child has it");
    int status;
    close(gate[1]);
    waitpid(pid, &status, 0);
    exited(status, 0, "the child reads it and ends");
    is(attached(id), -1, "that was the last one");
    close(gate[0]);
}

/* A page unmapped in the middle leaves two parts; both belong to it. */
static void
parts(void)
{
    int id = shmget(IPC_PRIVATE, 4 * PAGE, 0600);
    char *p = shmat(id, NULL, 0);
    munmap(p + PAGE, PAGE);
    is(attached(id), 2, "with a hole in it, two parts are attached");
    is(shmdt(p), 0, "both are detached by one call");
    is(attached(id), 0, "none is left");
    p = shmat(id, NULL, 0);
    munmap(p, PAGE);
    is(attached(id), 1, "without its first page");
    is(shmdt(p), 0, "it is found by where that was");
    is(attached(id), 0, "and detached");
    p = shmat(id, NULL, 0);
    munmap(p, 4 * PAGE);
    is(attached(id), 0, "munmap of all detaches");
    shmctl(id, IPC_RMID, NULL);
}

static void
addresses(void)
{
    int id = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
    char *room = mmap(NULL, 8 * PAGE, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(room + 2 * PAGE, 4 * PAGE);
    char *at = room + 2 * PAGE;
    ok(shmat(id, at, 0) == at, "attached where it is asked for");
    fails((long)shmat(id, at + PAGE, 0), EINVAL, "not where something is");
    fails((long)shmat(id, at + 2 * PAGE + 1, 0), EINVAL, "not aligned");
    ok(shmat(id, at + 2 * PAGE + 1, SHM_RND) == at + 2 * PAGE,
       "rounded down, if it says so");
    at[0] = 'x';
    ok(shmat(id, at + PAGE, SHM_REMAP) == at + PAGE && at[PAGE] == 'x',
       "or in the place of what is there");
    fails((long)shmat(id, NULL, SHM_REMAP), EINVAL, "not anywhere");
    fails(shmdt(at + 1), EINVAL, "detached, not aligned");
    fails(shmdt(room), EINVAL, "other memory");
    shmdt(at);
    shmdt(at + PAGE);
    shmdt(at + 2 * PAGE);
    is(attached(id), 0, "all is detached");
    munmap(room, 2 * PAGE);
    munmap(room + 6 * PAGE, 2 * PAGE);
    shmctl(id, IPC_RMID, NULL);
}

static void
keys(void)
{
    int made = open("file", O_RDWR | O_CREAT, 0600);
    key_t key = ftok("file", getpid());
    ok(key != -1 && key == ftok("file", getpid() + 256), "a key of a file");
    fails(ftok("missing", 1), ENOENT, "which must exist");
    fails(shmget(key, PAGE, 0600), ENOENT, "nothing has this key");
    int id = shmget(key, PAGE, IPC_CREAT | IPC_EXCL | 0600);
    ok(id >= 0, "now it is made");
    is(shmget(key, PAGE, IPC_CREAT | 0600), id, "found by its key");
    is(shmget(key, 0, 0), id, "whatever its size");
    fails(shmget(key, PAGE, IPC_CREAT | IPC_EXCL | 0600), EEXIST, "not anew");
    fails(shmget(key, PAGE + 1, 0600), EINVAL, "not larger");
    char *p = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    fails(shmget(key, PAGE, 0600), ENOENT, "removed, it has no key");
    int other = shmget(key, PAGE, IPC_CREAT | 0600);
    ok(other >= 0 && other != id, "another one may have it");
    shmctl(other, IPC_RMID, NULL);
    shmdt(p);
    fails(shmget(IPC_PRIVATE, 0, 0600), EINVAL, "size 0");
    fails(shmctl(-1, IPC_STAT, NULL), EINVAL, "a bad id");
    id = shmget(IPC_PRIVATE, PAGE, 0600);
    fails(shmctl(id, 99, NULL), EINVAL, "a bad command");
    fails(shmctl(id, IPC_STAT, (void *)8), EFAULT, "a bad address");
    shmctl(id, IPC_RMID, NULL);
    close(made);
}

static void
changes(void)
{
    struct shmid_ds data;
    int id = shmget(IPC_PRIVATE, PAGE, 0600), status;
    shmctl(id, IPC_STAT, &data);
    data.shm_perm.mode = 0444;
    data.shm_segsz = 1;
    is(shmctl(id, IPC_SET, &data), 0, "IPC_SET");
    ok(shmctl(id, IPC_STAT, &data) == 0 && data.shm_perm.mode == 0444
       && data.shm_segsz == PAGE, "changes the mode alone");
    char *p = shmat(id, NULL, SHM_RDONLY);
    pid_t pid = must_fork();
    if (pid == 0) {
        p[0] = 1;
        _exit(0);
    }
    waitpid(pid, &status, 0);
    killed(status, SIGSEGV, "a write to what is for reading");
    char digits[16];
    snprintf(digits, sizeof(digits), "%d", id);
    pid = must_fork();
    if (pid == 0) {
        execl("/proc/self/exe", "again", digits, NULL);
        _exit(99);
    }
    waitpid(pid, &status, 0);
    exited(status, 1, "exec detaches: only the parent has it");
    shmdt(p);
    shmctl(id, IPC_RMID, NULL);
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        return (int)attached(atoi(argv[1]));
    }
    basics();
    removal();
    parts();
    addresses();
    keys();
    changes();
    return done();
}
