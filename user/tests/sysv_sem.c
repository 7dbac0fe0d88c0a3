/*
 * sysv_sem.c: System V's semaphores: several operations at once, waiting and
 * what ends it, what semctl tells and sets, and errors.
 */
#include "sysv.h"

static void
nothing(int signal)
{
    (void)signal;
}

static void
values(void)
{
    unsigned short all[3] = { 1, 2, 3 };
    struct semid_ds data;
    int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0640);
    ok(semctl(id, 0, IPC_STAT, &data) == 0 && data.sem_nsems == 3
       && data.sem_perm.mode == 0640 && data.sem_perm.uid == geteuid()
       && data.sem_otime == 0 && data.sem_ctime > 0, "a set of three");
    is(sem_value(id, 2), 0, "a value is 0 at first");
    is(semctl(id, 0, GETPID), 0, "and has no pid");
    is(semctl(id, 0, SETALL, all), 0, "SETALL");
    is(sem_value(id, 1), 2, "sets each");
    is(sem_set(id, 1, 7), 0, "SETVAL");
    ok(semctl(id, 0, GETALL, all) == 0 && all[0] == 1 && all[1] == 7
       && all[2] == 3, "GETALL");
    is(sem_do(id, 0, -1, 0), 0, "an operation takes one");
    ok(sem_value(id, 0) == 0 && semctl(id, 0, GETPID) == getpid(),
       "this process was it");
    is(sem_do(id, 0, 0, 0), 0, "waiting for 0 is no wait now");
    fails(sem_do(id, 0, -1, IPC_NOWAIT), EAGAIN, "taking would be");
    fails(sem_do(id, 1, 0, IPC_NOWAIT), EAGAIN, "and 0 of what is 7");
    semctl(id, 0, IPC_STAT, &data);
    ok(data.sem_otime > 0, "the time of the last operation");

    struct sembuf both[] = { { 1, -7, 0 }, { 2, -4, IPC_NOWAIT } };
    fails(semop(id, both, 2), EAGAIN, "two at once, one is not possible");
    ok(sem_value(id, 1) == 7 && sem_value(id, 2) == 3, "so none is done");
    both[1].sem_op = -3;
    is(semop(id, both, 2), 0, "both possible");
    ok(sem_value(id, 1) == 0 && sem_value(id, 2) == 0, "both done");
    struct sembuf twice[] = { { 1, 2, 0 }, { 1, -1, 0 }, { 1, -1, 0 },
                              { 1, 0, 0 }, { 1, 5, 0 } };
    is(semop(id, twice, 5), 0, "one after the other on the same");
    is(sem_value(id, 1), 5, "its value");
    is(semctl(id, 0, IPC_RMID), 0, "it is removed");
    fails(sem_value(id, 0), EINVAL, "and gone");
}

struct wait {
    int id, number, op, seconds;
};

static int
wait_for(void *arg)
{
    struct wait *w = arg;
    struct sembuf op = {
        (unsigned short)w->number, (short)w->op, 0,
    };
    signal(SIGALRM, nothing);
    return semop(w->id, &op, 1) == 0 ? 0 : errno;
}

static pid_t
waiter(int id, int number, int op)
{
    struct wait w = { id, number, op, 0 };
    int command = op == 0 ? GETZCNT : GETNCNT;
    int before = semctl(id, number, command);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(wait_for(&w));
    }
    sem_until(id, number, command, before + 1);
    return pid;
}

static int
result_of(pid_t pid)
{
    int status;
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

static void
waits(void)
{
    int id = semget(IPC_PRIVATE, 2, 0600);
    pid_t a = waiter(id, 0, -2);
    pid_t b = waiter(id, 0, -1);
    ok(semctl(id, 0, GETNCNT) == 2 && semctl(id, 0, GETZCNT) == 0,
       "two wait for more");
    pid_t c = must_fork();
    if (c == 0) {
        struct sembuf both[] = { { 1, 1, 0 }, { 0, -9, 0 } };
        _exit(semop(id, both, 2) == 0 ? 0 : errno);
    }
    sem_until(id, 0, GETNCNT, 3);
    is(sem_value(id, 1), 0, "one that waits has done nothing yet");
    kill(c, SIGKILL);
    waitpid(c, NULL, 0);
    is(sem_do(id, 0, 1, 0), 0, "one more");
    is(sem_value(id, 0), 0, "is taken by then");
    is(result_of(b), 0, "by the one for whom it is enough");
    is(semctl(id, 0, GETPID), b, "its pid is there");
    is(sem_set(id, 0, 5), 0, "SETVAL wakes, too");
    ok(sem_value(id, 0) == 3 && result_of(a) == 0, "the other");
    a = waiter(id, 0, 0);
    is(semctl(id, 0, GETZCNT), 1, "one waits for 0");
    b = waiter(id, 0, -4);
    is(sem_do(id, 0, -3, 0), 0, "it is 0");
    is(result_of(a), 0, "that one goes on");
    is(semctl(id, 0, GETNCNT), 1, "the other waits");
    kill(b, SIGALRM);
    is(result_of(b), EINTR, "until a signal comes");
    is(semctl(id, 0, GETNCNT), 0, "now none waits");
    a = waiter(id, 1, -1);
    b = waiter(id, 0, -1);
    is(semctl(id, 0, IPC_RMID), 0, "the set is removed");
    ok(result_of(a) == EIDRM && result_of(b) == EIDRM, "who waits is told");
}

static void
times(void)
{
    struct timespec soon = { 0, 20000000 }, none = { 0, 0 }, bad = { 0, -1 };
    struct sembuf take = { 0, -1, 0 }, give = { 0, 1, 0 };
    int id = semget(IPC_PRIVATE, 1, 0600);
    fails(semtimedop(id, &take, 1, &soon), EAGAIN, "the time is over");
    fails(semtimedop(id, &take, 1, &none), EAGAIN, "no time at all");
    is(semtimedop(id, &give, 1, &none), 0, "is enough for what is possible");
    is(semtimedop(id, &take, 1, NULL), 0, "without a time");
    fails(semtimedop(id, &take, 1, &bad), EINVAL, "no time");
    fails(semtimedop(id, &take, 1, (void *)8), EFAULT, "a bad address");
    semctl(id, 0, IPC_RMID);
}

static void
errors(void)
{
    static struct sembuf many[501];
    unsigned short large[2] = { 1, 40000 };
    int id = semget(IPC_PRIVATE, 2, 0600);
    fails(semget(IPC_PRIVATE, 0, 0600), EINVAL, "a set of none");
    fails(semget(IPC_PRIVATE, -1, 0600), EINVAL, "of fewer");
    fails(semget(IPC_PRIVATE, 1000000, 0600), EINVAL, "of too many");
    key_t key = ftok("/", getpid());
    fails(semget(key, 1, 0600), ENOENT, "nothing has this key");
    int keyed = semget(key, 2, IPC_CREAT | 0600);
    is(semget(key, 0, 0), keyed, "found by its key");
    fails(semget(key, 3, 0600), EINVAL, "it has not as many");
    fails(semget(key, 1, IPC_CREAT | IPC_EXCL), EEXIST, "not anew");
    semctl(keyed, 0, IPC_RMID);
    fails(semop(id, many, 0), EINVAL, "no operation");
    fails(semop(id, many, 501), E2BIG, "too many");
    is(semop(id, many, 500), 0, "as many as possible");
    fails(semop(id, (void *)8, 1), EFAULT, "a bad address");
    fails(sem_do(id, 2, 1, 0), EFBIG, "a number that is not there");
    fails(sem_do(-1, 0, 1, 0), EINVAL, "a bad id");
    is(sem_do(id, 0, 32767, 0), 0, "the largest value");
    fails(sem_do(id, 0, 1, 0), ERANGE, "no larger one");
    fails(sem_set(id, 0, 32768), ERANGE, "nor by SETVAL");
    fails(sem_set(id, 0, -1), ERANGE, "nor below 0");
    fails(semctl(id, 0, SETALL, large), ERANGE, "nor by SETALL");
    is(sem_value(id, 0), 32767, "which sets none then");
    fails(sem_value(id, 2), EINVAL, "GETVAL of what is not there");
    fails(semctl(id, 0, 99), EINVAL, "a bad command");
    fails(semctl(id, 0, GETALL, (void *)8), EFAULT, "GETALL to nowhere");
    semctl(id, 0, IPC_RMID);
}

int
main(void)
{
    values();
    waits();
    times();
    errors();
    return done();
}
