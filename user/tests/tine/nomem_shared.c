/*
 * nomem_shared.c: allocations fail at every point of calls on System V's shared
 * memory and semaphores, on memory without a name, and of forks that leave out
 * what madvise told them to; nomem.h says how, and what must hold.
 *
 * seconds: 40
 * expect:
 * ok 1 - semget
 * ok 2 - semop
 * ok 3 - semop that is undone
 * ok 4 - semop of many
 * ok 5 - GETALL
 * ok 6 - SETALL
 * ok 7 - SETVAL needs none
 * ok 8 - shmget
 * ok 9 - shmat
 * ok 10 - shmdt
 * ok 11 - memfd_create
 * ok 12 - DONTFORK of a page
 * ok 13 - WIPEONFORK in a child
 * ok 14 - fork that leaves something out
 * 1..14
 */
#include "nomem.h"

#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>

static int set, segment;

/* ---- Semaphores ---- */

static void
do_semget(void)
{
    CALL(SYS_semget, IPC_PRIVATE, 3, 0600);
}

static long
remove_set(long id)
{
    return id >= 0 && semctl((int)id, 0, IPC_RMID) != 0 ? -errno : id;
}

static void
do_semop(void)
{
    static struct sembuf one = { 0, 1, 0 };
    CALL(SYS_semop, set, P(&one), 1);
}

static void
semop_undo(void)
{
    static struct sembuf one = { 1, 1, SEM_UNDO };
    CALL(SYS_semop, set, P(&one), 1);
}

static void
semop_many(void)
{
    static struct sembuf many[100]; /* that look whether 2 is 0 */
    for (int i = 0; i < 99; i++) {
        many[i].sem_num = 2;
    }
    many[99] = (struct sembuf){ 1, 1, SEM_UNDO };
    CALL(SYS_semop, set, P(many), 100);
}

/* Semaphore 1 is changed only by what is undone at the end. */
static int
unchanged(void)
{
    return semctl(set, 1, GETVAL) == 0;
}

static unsigned short values[3];

static void
get_all(void)
{
    CALL(SYS_semctl, set, 0, GETALL, P(values));
}

static void
set_all(void)
{
    CALL(SYS_semctl, set, 0, SETALL, P(values));
}

static void
set_one(void)
{
    CALL(SYS_semctl, set, 0, SETVAL, 0);
}

/* ---- Shared memory ---- */

static void
do_shmget(void)
{
    CALL(SYS_shmget, IPC_PRIVATE, 3 * PAGE, 0600);
}

static long
remove_segment(long id)
{
    return id >= 0 && shmctl((int)id, IPC_RMID, NULL) != 0 ? -errno : id;
}

static void
do_shmat(void)
{
    CALL(SYS_shmat, segment, 0, 0);
}

static void
do_shmdt(void)
{
    char *at = shmat(segment, NULL, 0);
    at[0] = 'a';
    CALL(SYS_shmdt, P(at));
}

static void
do_memfd(void)
{
    static char name[] = "some name";
    CALL(SYS_memfd_create, P(name), MFD_ALLOW_SEALING);
}

/* ---- What fork leaves out ---- */

static char *part;

static void
make_part(void)
{
    part = mmap(NULL, 5 * PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(part, 'm', 5 * PAGE);
}

static void
dontfork(void)
{
    make_part();
    CALL(SYS_madvise, P(part + 2 * PAGE), PAGE, MADV_DONTFORK);
}

static void
wipeonfork(void)
{
    make_part();
    CALL(SYS_madvise, P(part + PAGE), 2 * PAGE, MADV_WIPEONFORK);
}

static void
fork_of_less(void)
{
    make_part();
    madvise(part + PAGE, PAGE, MADV_DONTFORK);
    madvise(part + 3 * PAGE, PAGE, MADV_WIPEONFORK);
    CALL(SYS_fork, 0);
}

static int
part_is_whole(void)
{
    return part[0] == 'm' && part[PAGE] == 'm' && part[3 * PAGE] == 'm';
}

static const struct op ops[] = {
    OP("semget", do_semget, 0, 0, .made = remove_set),
    OP("semop", do_semop, 0, NEVER),
    OP("semop that is undone", semop_undo, 0, 0, .intact = unchanged),
    OP("semop of many", semop_many, 0, 0, .intact = unchanged),
    OP("GETALL", get_all, 0, 0),
    OP("SETALL", set_all, 0, 0),
    OP("SETVAL needs none", set_one, 0, NEVER),
    OP("shmget", do_shmget, 0, 0, .made = remove_segment),
    OP("shmat", do_shmat, 0, 0),
    OP("shmdt", do_shmdt, 0, IN_CHILD),
    OP("memfd_create", do_memfd, 0, 0, .may = { ENFILE, EMFILE }),
    OP("DONTFORK of a page", dontfork, 0, 0, .may = { EAGAIN },
        .intact = part_is_whole),
    OP("WIPEONFORK in a child", wipeonfork, COPIES, IN_CHILD,
        .may = { EAGAIN }, .intact = part_is_whole),
    OP("fork that leaves something out", fork_of_less, EVERY, FORKS,
        .may = { EAGAIN }, .intact = part_is_whole),
};

int
main(int argc, char *argv[])
{
    set = semget(IPC_PRIVATE, 3, 0600);
    segment = shmget(IPC_PRIVATE, 2 * PAGE, 0600);
    int status = sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
    semctl(set, 0, IPC_RMID);
    shmctl(segment, IPC_RMID, NULL);
    return status;
}
