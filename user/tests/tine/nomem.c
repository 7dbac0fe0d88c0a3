/*
 * nomem.c: want of memory at every point of every call that makes processes or
 * changes memory, one by one; nomem.h says how, and what must hold.
 *
 * seconds: 30
 * expect:
 * ok 1 - fork: fails well at some points
 * ok 2 - fork of a process with shared tables: fails well at some points
 * ok 3 - vfork: fails well at some points
 * ok 4 - exec of a missing file: fails well at some points
 * ok 5 - exec: fails well at some points
 * ok 6 - mmap of anonymous memory: fails well at some points
 * ok 7 - mmap of a file: fails well at some points
 * ok 8 - mmap of shared memory: fails well at some points
 * ok 9 - touching memory: kills at some points
 * ok 10 - touching shared memory: kills at some points
 * ok 11 - touching a file: kills at some points
 * ok 12 - writing what is shared since fork: no harm
 * ok 13 - read(2) into fresh memory: kills at some points
 * ok 14 - munmap in shared tables: fails well at some points
 * ok 15 - mprotect in shared tables: fails well at some points
 * ok 16 - brk: fails well at some points
 * ok 17 - all is well
 * 1..17
 */
#include "nomem.h"

#define PAGE 4096L
#define TABLE (2L << 20)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *area; /* three tables of memory */
static int hold[2]; /* sharers live until its end is closed */

static void
make_area(void)
{
    area = mmap((void *)(1L << 32), 3 * TABLE, RW, ANON | MAP_FIXED, -1, 0);
    for (int i = 0; i < 3; i++) {
        memset(area + i * TABLE, 'a' + i, 2 * PAGE);
    }
}

static void
forget_file(void)
{
    unlink("file");
}

static void
make_file(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, "text", 4);
    close(fd);
}

static long
do_fork(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    return pid < 0 ? -1 : waitpid(pid, NULL, 0);
}

static long
do_vfork(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(0);
    }
    return pid < 0 ? -1 : waitpid(pid, NULL, 0);
}

static long
do_exec_missing(void)
{
    char *args[] = { (char *)"missing", NULL };
    return execv("missing", args);
}

/* The shell's exit code is a worker's: 0, no such point, or, the second time,
 * 2: the first time failed well. */
static long
do_exec(void)
{
    static const char *code = "exit 0";
    char *args[] = { (char *)"sh", (char *)"-c", (char *)code, NULL };

    code = "exit 2";
    return execv("/bin/sh", args);
}

/* The caller of an exec that failed has its memory still. */
static int
whole(void)
{
    return area[0] == 'a' && area[2 * TABLE + PAGE] == 'c';
}

static long
mapped(const void *p)
{
    return p == MAP_FAILED ? -1 : 0;
}

static long
do_mmap(void)
{
    return mapped(mmap(area + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0));
}

static long
do_mmap_file(void)
{
    int fd = open("file", O_RDONLY);
    long result = fd < 0 ? -1 : mapped(mmap(area + PAGE, PAGE, PROT_READ,
        MAP_PRIVATE | MAP_FIXED, fd, 0));
    int error = errno;

    close(fd);
    errno = error;
    return result;
}

static long
do_mmap_shared(void)
{
    return mapped(mmap(area + PAGE, PAGE, RW,
        MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}

static volatile char *fresh;

static void
map_fresh(void)
{
    fresh = mmap((void *)(1L << 40), TABLE, RW, ANON | MAP_FIXED, -1, 0);
}

static void
map_fresh_shared(void)
{
    fresh = mmap((void *)(1L << 40), TABLE, RW,
        MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static void
map_fresh_file(void)
{
    make_file();
    int fd = open("file", O_RDWR);
    fresh = mmap((void *)(1L << 40), TABLE, RW, MAP_PRIVATE | MAP_FIXED, fd,
        0);
    close(fd);
}

static long
do_touch(void)
{
    for (int i = 0; i < 3; i++) {
        fresh[i * PAGE] = 'x';
    }
    return 0;
}

static long
do_touch_file(void)
{
    fresh[0] = (char)(fresh[1] + 1);
    return 0;
}

/* A child that holds all of this process's memory until this one is dead. */
static void
add_sharer(void)
{
    char c;

    pipe(hold);
    if (must_fork() == 0) {
        close(hold[1]);
        read(hold[0], &c, 1);
        _exit(0);
    }
    volatile char on_stack[PAGE];
    on_stack[0] = on_stack[PAGE - 1] = 0; /* written before the count begins */
    hold[0] += on_stack[0];
}

static long
do_write_shared(void)
{
    for (int i = 0; i < 3; i++) {
        area[i * TABLE] = 'x';
    }
    return 0;
}

static long
do_munmap(void)
{
    return munmap(area + TABLE / 2, 2 * TABLE);
}

static long
do_mprotect(void)
{
    return mprotect(area + PAGE, 2 * TABLE, PROT_READ);
}

/* All that the call was to change is there, and can be written. */
static int
area_intact(void)
{
    int good = area[TABLE] == 'b' && area[2 * TABLE] == 'c';

    for (int i = 0; i < 3; i++) {
        area[i * TABLE] = area[i * TABLE + PAGE] = (char)('a' + i);
    }
    return good;
}

static long
do_brk(void)
{
    return sbrk(3 * TABLE) == (void *)-1 ? -1 : 0;
}

static int zero_fd;

static void
prepare_read(void)
{
    map_fresh();
    zero_fd = open("/dev/zero", O_RDONLY);
}

static long
do_read(void)
{
    return read(zero_fd, (char *)fresh, 3 * PAGE);
}

static const struct call calls[] = {
    { .name = "fork", .call = do_fork, .also = EAGAIN, .intact = whole },
    { .name = "fork of a process with shared tables", .call = do_fork,
        .also = EAGAIN, .before = add_sharer, .intact = whole },
    { .name = "vfork", .call = do_vfork, .also = EAGAIN, .intact = whole },
    { .name = "exec of a missing file", .call = do_exec_missing,
        .always = ENOENT, .intact = whole },
    { .name = "exec", .call = do_exec, .intact = whole },
    { .name = "mmap of anonymous memory", .call = do_mmap,
        .intact = area_intact },
    { .name = "mmap of a file", .call = do_mmap_file, .also = ENFILE,
        .before = make_file, .intact = area_intact, .after = forget_file },
    { .name = "mmap of shared memory", .call = do_mmap_shared,
        .intact = area_intact },
    { .name = "touching memory", .call = do_touch, .also = KILLS,
        .before = map_fresh },
    { .name = "touching shared memory", .call = do_touch, .also = KILLS,
        .before = map_fresh_shared },
    { .name = "touching a file", .call = do_touch_file, .also = KILLS,
        .before = map_fresh_file, .after = forget_file },
    { .name = "writing what is shared since fork", .call = do_write_shared,
        .also = MAY_KILL, .before = add_sharer },
    { .name = "read(2) into fresh memory", .call = do_read, .also = KILLS,
        .before = prepare_read },
    { .name = "munmap in shared tables", .call = do_munmap,
        .before = add_sharer, .intact = area_intact },
    { .name = "mprotect in shared tables", .call = do_mprotect,
        .before = add_sharer, .intact = area_intact },
    { .name = "brk", .call = do_brk, .intact = whole },
};

int
main(void)
{
    long base = counts_get("processes");

    counts_fd = open(COUNTS_FILE, O_RDONLY);
    make_area();
    for (int i = 0; i < (int)(sizeof(calls) / sizeof(calls[0])); i++) {
        nomem_test(&calls[i], base);
    }
    ok(counts_well(), "all is well");
    return done();
}
