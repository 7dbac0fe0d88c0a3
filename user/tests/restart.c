/*
 * restart.c: a call that a stop interrupts is made again when the process goes
 * on, as often as that happens. The program cannot tell: not by its result,
 * not by its effects, not by the registers.
 *
 * except: vfork=fork
 */
#include "tap.h"

#include "clone.h"

enum { STOPS = 25, PIECE = 4096, CAPACITY = 65536 };

static int ends[2];
static char block[CAPACITY];

/* Stop and continue it many times, wherever it is; in the end it sleeps. */
static void
disturb(pid_t pid)
{
    for (int i = 0; i < STOPS; i++) {
        if (i % 3 == 0) {
            until_asleep(pid);
        }
        kill(pid, i % 2 ? SIGSTOP : SIGTSTP);
        waitpid(pid, NULL, WUNTRACED);
        kill(pid, SIGCONT);
    }
    until_asleep(pid);
}

static int
reads(void)
{
    return read(ends[0], block, 100) == 5 && memcmp(block, "hello", 5) == 0;
}

static int
writes(void)
{
    memset(block, 'w', PIECE);
    return write(ends[1], block, PIECE) == PIECE;
}

/* The grandchild waits for the same bytes. */
static int
waits(void)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        setpgid(0, 0);
        _exit(reads() ? 7 : 8);
    }
    return wait(&status) == pid && status == 7 << 8;
}

#define LOAD(at, reg) "mov " #at "(%%rcx), %%" #reg "\n\t"
#define STORE(at, reg) "mov %%" #reg ", 96 + " #at "(%%rcx)\n\t"
#define EACH(op) op(0, rbx) op(8, rbp) op(16, r8) op(24, r9) op(32, r10) \
    op(40, r12) op(48, r13) op(56, r14) op(64, r15) op(72, rdi) op(80, rsi) \
    op(88, rdx)

/* A read with a mark in each register that the call must keep. */
static int
keeps_registers(void)
{
    unsigned long marks[24] = { 0 };
    long n;

    for (unsigned long i = 0; i < 9; i++) {
        marks[i] = 0x0101010101010101UL * (i + 1);
    }
    marks[9] = (unsigned long)ends[0];
    marks[10] = (unsigned long)block;
    marks[11] = sizeof(block);
    __asm__ volatile("sub $128, %%rsp\n\t"
                     "push %%rbx\n\t"
                     "push %%rbp\n\t"
                     "push %%rcx\n\t"
                     EACH(LOAD)
                     "xor %%eax, %%eax\n\t"
                     "syscall\n\t"
                     "pop %%rcx\n\t"
                     EACH(STORE)
                     "pop %%rbp\n\t"
                     "pop %%rbx\n\t"
                     "add $128, %%rsp"
                     : "=a"(n)
                     : "c"(marks)
                     : "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
                       "r13", "r14", "r15", "memory");
    return n == 5 && memcmp(marks, marks + 12, 12 * sizeof(long)) == 0;
}

static void
test(int (*body)(void), int full, const char *name)
{
    int status = 0;
    long sum = 0, n;

    pipe(ends);
    for (int i = 0; i < full; i++) {
        write(ends[1], block, PIECE);
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(body());
    }
    disturb(pid);
    if (full == 0) {
        write(ends[1], "hello", 5);
    }
    close(ends[1]);
    while (full > 0 && (n = read(ends[0], block, sizeof(block))) > 0) {
        sum += n;
    }
    waitpid(pid, &status, 0);
    exited(status, 1, name);
    is(sum, full == 0 ? 0 : PIECE * (full + 1), "with no byte lost or doubled");
    close(ends[0]);
}

/* A parent in vfork does not stop before its child has ended. */
static void
test_vfork(void)
{
    int gate[2], status = 0;
    char byte;

    pipe(ends);
    pipe(gate);
    pid_t pid = must_fork();
    if (pid == 0) {
        pid_t child = vfork();
        if (child == 0) {
            raw(NR_write, gate[1], P("r"), 1, 0);
            raw(NR_read, ends[0], P(&byte), 1, 0);
            _exit(5);
        }
        _exit(ended(child) == 5 ? 1 : 2);
    }
    (void)!read(gate[0], &byte, 1);
    kill(pid, SIGSTOP);
    nap(20);
    is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0,
        "a parent that waits in vfork is not stopped yet");
    write(ends[1], "g", 1);
    is(waitpid(pid, &status, WUNTRACED), pid, "but when its child has ended");
    is(status, SIGSTOP << 8 | 0x7f, "by that signal");
    kill(pid, SIGCONT);
    waitpid(pid, &status, 0);
    exited(status, 1, "and vfork returned its child's pid, once");
    close(ends[0]);
    close(ends[1]);
}

static int
sets_word(void *word)
{
    *(volatile int *)word += 1;
    return 3;
}

/* A process that makes children by clone is stopped again and again. */
static void
test_clone(void)
{
    volatile int word = 0;
    int status = -1, good = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        for (int i = 0; i < 200; i++) {
            good += ended(start(CLONE_VM, sets_word, (void *)&word)) == 3;
        }
        _exit(good == 200 && word == 200);
    }
    for (int i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
        kill(pid, SIGSTOP);
        kill(pid, SIGCONT);
        for (volatile int turns = i % 50 * 500; turns > 0; turns--) {
        }
    }
    exited(status, 1, "two hundred clones of a parent that is often stopped");
}

static void
caught(int sig)
{
    (void)sig;
}

/* A sleep that a handler has ended; then the rest of it is asked for. */
static int
sleeps_on(void *unused)
{
    struct timespec hour = { 3600, 0 };
    pid_t parent = getpid();

    (void)unused;
    signal(SIGUSR1, caught);
    pid_t pid = must_fork();
    if (pid == 0) {
        until_asleep(parent);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    int ended = nanosleep(&hour, NULL) == -1 && errno == EINTR;
    waitpid(pid, NULL, 0);
    ended = ended && syscall(SYS_restart_syscall) == -1 && errno == EINTR;
    return ended ? 3 : 4;
}

int
main(void)
{
    test(reads, 0, "a read");
    test(writes, CAPACITY / PIECE, "a write to a full pipe");
    test(waits, 0, "a wait");
    test(keeps_registers, 0, "the registers of a read");
    test_vfork();
    test_clone();
    fails(syscall(SYS_restart_syscall), EINTR, "nothing to go on with");
    nap(1);
    fails(syscall(SYS_restart_syscall), EINTR, "nor after a sleep");
    exited(in_child(sleeps_on, NULL), 3, "nor after one that a handler ended");
    return done();
}
