/*
 * clone_vm.c: processes that share their memory for good (CLONE_VM without
 * CLONE_VFORK): each sees what another writes, maps and unmaps; exec, exit and
 * death of one leave it to the others; a fork of one copies it.
 *
 * The program executes itself: with an argument it is one of the children.
 *
 * except: vfork=fork
 */
#include "tap.h"

#include "clone.h"
#include <sys/mman.h>

#define PAGE 4096

static const char *self;
static struct gate go, back; /* for the child; for its parent */
static volatile int word, other_word, third_word;
static char *volatile page;

static char *
map_page(void)
{
    return mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int
write_back(void *arg)
{
    other_word = (int)raw(NR_getppid, 0, 0, 0, 0);
    gate_wait(&go);
    word += *(int *)arg;
    return 5;
}

static void
test_shares(void)
{
    int more = 30;

    word = 1;
    pid_t pid = start(CLONE_VM, write_back, &more);
    is(waitpid(pid, NULL, WNOHANG), 0, "parent and child run side by side");
    ok(pid != getpid() && pid > 0, "each has its pid");
    word = 2;
    gate_open(&go);
    is(ended(pid), 5, "the child's result is its exit code");
    is(word, 32, "each sees what the other writes");
    is(other_word, getpid(), "the parent is its parent");
    fails(clone(NULL, stacks[0], CLONE_VM | SIGCHLD, NULL), EINVAL,
        "clone calls no null");
    fails(clone(write_back, NULL, CLONE_VM | SIGCHLD, NULL), EINVAL,
        "and nothing without a stack");
}

/* The parent's mappings are changed by its child, and the other way round. */
static int
map_and_look(void *arg)
{
    int *pipe_fd = arg;

    page = (char *)raw_v(NR_mmap, (const long[6]){ 0, PAGE,
        PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 });
    page[0] = 'm';
    gate_open(&back);
    gate_wait(&go); /* now it is read-only */
    word = (int)raw(NR_read, pipe_fd[0], P(page), 1, 0);
    gate_open(&back);
    gate_wait(&go); /* now it is gone */
    other_word = (int)raw(NR_write, pipe_fd[1], P(page), 1, 0);
    raw(NR_brk, raw(NR_brk, 0, 0, 0, 0) + PAGE, 0, 0, 0);
    return 0;
}

static void
test_mappings(void)
{
    int fd[2];
    char *end = sbrk(0);

    pipe(fd);
    write(fd[1], "x", 1);
    pid_t pid = start(CLONE_VM, map_and_look, fd);
    gate_wait(&back);
    is(page[0], 'm', "what the child maps is there for the parent");
    mprotect(page, PAGE, PROT_READ);
    gate_open(&go);
    gate_wait(&back);
    is(word, -EFAULT, "what the parent protects the child cannot write");
    munmap(page, PAGE);
    gate_open(&go);
    is(ended(pid), 0, "the child goes on to its end");
    is(other_word, -EFAULT, "what the parent unmaps is gone for the child");
    ok(sbrk(0) == end + PAGE, "and there is one break");
    brk(end);
    close(fd[0]);
    close(fd[1]);
}

static int
tell_tids(void *arg)
{
    int pid = (int)raw(NR_getpid, 0, 0, 0, 0);

    (void)arg;
    return word == pid && other_word == pid;
}

/* What is stored at the end in a word of memory that outlives all of them. */
static int
exec_or_exit(void *arg)
{
    char *args[] = { (char *)"clone_vm", (char *)"seven", NULL };
    char *none[] = { NULL };

    gate_wait(&go);
    if (arg != NULL) {
        raw(NR_execve, P(self), P(args), P(none), 0);
    }
    return 3;
}

static void
test_tids(void)
{
    int flags = CLONE_VM | CLONE_CHILD_CLEARTID;
    char *stack = stacks[0] + STACK_SIZE;

    word = other_word = 7;
    pid_t pid = clone(tell_tids, stack,
        flags | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL,
        &word, NULL, &other_word);
    is(ended(pid), 1, "both words hold the pid when the child begins");
    ok(word == pid && other_word == 0, "one is 0 when it has ended");

    other_word = 7;
    pid = clone(exec_or_exit, stack, flags | SIGCHLD, (void *)1, NULL, NULL,
        &other_word);
    is(other_word, 7, "a word to clear at the end is left until then");
    gate_open(&go);
    is(ended(pid), 7, "the child executes a program");
    is(other_word, 0, "which clears the word, too");
}

/* It runs in a process of its own, and its child outlives it. */
static int
leave_child_alone(void *shared)
{
    clone(exec_or_exit, stacks[0] + STACK_SIZE,
        CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, NULL, shared);
    return 0;
}

static void
test_last(void)
{
    int *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct gate end;
    char byte;

    *shared = 7;
    gate_make(&end);
    exited(in_child(leave_child_alone, shared), 0, "a parent ends first");
    gate_open(&go);
    close(end.fd[1]);
    is(read(end.fd[0], &byte, 1), 0, "and its child later");
    is(*shared, 7, "the last process of a memory clears no word");
    munmap(shared, PAGE);
    close(end.fd[0]);
}

static int
report(void *arg)
{
    (void)arg;
    gate_wait(&go);
    raw(NR_write, back.fd[1], P(page), 1, 0);
    return 0;
}

/* The creator executes or ends, and its child keeps the memory. */
static int
creator_leaves(void *how)
{
    char *args[] = { (char *)"clone_vm", (char *)"seven", NULL };
    char *none[] = { NULL };

    page = map_page();
    page[0] = 'o';
    start(CLONE_VM, report, NULL);
    page[0] = *(char *)how;
    if (page[0] == 'e') {
        execve(self, args, none);
    }
    if (page[0] == 'k') {
        kill(getpid(), SIGKILL);
    }
    return 7;
}

static void
test_leave(void)
{
    char byte = 0;

    exited(in_child(creator_leaves, (void *)"e"), 7, "a parent executes");
    gate_open(&go);
    read(back.fd[0], &byte, 1);
    is(byte, 'e', "its child keeps the memory");
    exited(in_child(creator_leaves, (void *)"x"), 7, "a parent exits");
    gate_open(&go);
    read(back.fd[0], &byte, 1);
    is(byte, 'x', "its child keeps the memory");
    killed(in_child(creator_leaves, (void *)"k"), SIGKILL,
        "a parent is killed");
    gate_open(&go);
    read(back.fd[0], &byte, 1);
    is(byte, 'k', "its child keeps the memory");
}

static void
test_killed(void)
{
    int status;

    page = map_page();
    page[0] = 's';
    pid_t pid = start(CLONE_VM, report, NULL);
    pid_t second = start(CLONE_VM, report, NULL);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "a child is killed, alone");
    gate_open(&go);
    gate_wait(&back);
    is(ended(second), 0, "its sibling goes on in the same memory");
    is(page[0], 's', "and so does its parent");
    munmap(page, PAGE);
}

/* One of the processes that share memory forks: its child has a copy. */
static int
fork_inside(void *arg)
{
    (void)arg;
    long pid = raw(NR_fork, 0, 0, 0, 0);
    if (pid == 0) {
        gate_wait(&go);
        word += 10;
        raw(NR_exit, word, 0, 0, 0);
    }
    gate_open(&back);
    raw(NR_wait4, pid, P(&other_word), 0, 0);
    return 0;
}

static void
test_fork(void)
{
    word = 1;
    pid_t pid = start(CLONE_VM, fork_inside, NULL);
    gate_wait(&back);
    word = 2;
    gate_open(&go);
    is(ended(pid), 0, "one of two forks");
    exited(other_word, 11, "its child has what was there then");
    is(word, 2, "and they do not see what it writes");
}

/* One of the processes that share memory calls vfork: no other waits. */
static int
vfork_inside(void *arg)
{
    (void)arg;
    pid_t pid = vfork();
    if (pid == 0) {
        word = 20;
        gate_open(&back);
        gate_wait(&go);
        word += third_word;
        raw(NR_exit, 9, 0, 0, 0);
    }
    other_word = word;
    return ended(pid);
}

static void
test_vfork(void)
{
    other_word = 0;
    pid_t pid = start(CLONE_VM, vfork_inside, NULL);
    gate_wait(&back);
    is(word, 20, "one of two has a child by vfork, which writes");
    is(other_word, 0, "and waits for it");
    third_word = 1;
    gate_open(&go);
    is(ended(pid), 9, "the other goes on meanwhile");
    is(other_word, 21, "all three in one memory");
}

static int
count_up(void *arg)
{
    for (int i = 0; i < 1000; i++) {
        (*(volatile int *)arg)++;
    }
    return 0;
}

static void
test_many(void)
{
    int counts[STACKS] = { 0 };
    int sum = 0;
    pid_t pids[STACKS];

    for (int i = 0; i < STACKS; i++) {
        pids[i] = start(CLONE_VM, count_up, &counts[i]);
    }
    for (int i = 0; i < STACKS; i++) {
        sum += ended(pids[i]) == 0 ? counts[i] : 0;
    }
    is(sum, STACKS * 1000, "eight count on their parent's stack");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 2) {
        return 7;
    }
    gate_make(&go);
    gate_make(&back);
    test_shares();
    test_mappings();
    test_tids();
    test_last();
    test_leave();
    test_killed();
    test_fork();
    test_vfork();
    test_many();
    return done();
}
