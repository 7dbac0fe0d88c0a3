/*
 * mshare.c: mshare(2), which only Tine has: private memory, with what is in it,
 * becomes memory that children share, while all other memory stays private.
 *
 * expect:
 * ok 1 - a range becomes shared
 * ok 2 - what was in it is still there
 * ok 3 - also where it had not been written
 * ok 4 - the child's writes arrive
 * ok 5 - in pages that were never touched before, too
 * ok 6 - its other memory is its own
 * ok 7 - what an earlier child shared stays as it was for that child
 * ok 8 - pages of a file become shared with what the file has
 * ok 9 - also those that were written before
 * ok 10 - but the file does not change
 * ok 11 - a part of a mapping
 * ok 12 - and its neighbours stay private
 * ok 13 - again: it is shared already: EINVAL
 * ok 14 - not page aligned: EINVAL
 * ok 15 - nothing: EINVAL
 * ok 16 - a hole: ENOMEM
 * ok 17 - not in user memory: ENOMEM
 * ok 18 - longer than all memory: ENOMEM
 * ok 19 - only to be read: EINVAL
 * ok 20 - two kinds of rights: EINVAL
 * ok 21 - the stack: EINVAL
 * ok 22 - behind the end of a file: EFAULT
 * ok 23 - and what failed is private
 * ok 24 - the heap, where it is, and the break goes on behind it
 * 1..24
 */
#include "../tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE 4096L
#define BOTH (PROT_READ | PROT_WRITE)

static char *
private_pages(long pages)
{
    return mmap(NULL, (size_t)(pages * PAGE), BOTH,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long
share_out(void *at, long size)
{
    return syscall(SYS_mshare, at, size);
}

/* A child writes a byte. */
static void
child_writes(char *at, char byte)
{
    pid_t pid = fork();

    if (pid == 0) {
        *at = byte;
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void
test_anonymous(void)
{
    char *p = private_pages(600);
    char mine = 'm';
    int status, gate[2];

    p[0] = 'a';
    p[599 * PAGE] = 'z';
    pipe(gate);
    pid_t early = fork(); /* has a copy of what comes */
    if (early == 0) {
        char c;
        read(gate[0], &c, 1);
        _exit(p[0] == 'a' && p[599 * PAGE] == 'z');
    }
    is(share_out(p, 600 * PAGE), 0, "a range becomes shared");
    ok(p[0] == 'a' && p[599 * PAGE] == 'z', "what was in it is still there");
    ok(p[300 * PAGE] == 0, "also where it had not been written");
    child_writes(&p[0], 'b');
    child_writes(&p[599 * PAGE], 'y');
    ok(p[0] == 'b' && p[599 * PAGE] == 'y', "the child's writes arrive");
    child_writes(&p[200 * PAGE], 'c');
    ok(p[200 * PAGE] == 'c', "in pages that were never touched before, too");
    child_writes(&mine, 'n');
    ok(mine == 'm', "its other memory is its own");
    write(gate[1], "", 1);
    waitpid(early, &status, 0);
    ok(WEXITSTATUS(status) == 1,
        "what an earlier child shared stays as it was for that child");
    munmap(p, 600 * PAGE);
}

static void
test_file(void)
{
    int fd = open("/tmp/f", O_RDWR | O_CREAT, 0600);
    char c;

    pwrite(fd, "one", 3, 0);
    pwrite(fd, "two", 3, PAGE);
    char *p = mmap(NULL, 2 * PAGE, BOTH, MAP_PRIVATE, fd, 0);
    p[PAGE] = 'T';
    share_out(p, 2 * PAGE);
    child_writes(&p[1], 'N');
    ok(memcmp(p, "oNe", 3) == 0,
        "pages of a file become shared with what the file has");
    child_writes(&p[PAGE + 1], 'W');
    ok(memcmp(p + PAGE, "TWo", 3) == 0, "also those that were written before");
    pread(fd, &c, 1, 1);
    ok(c == 'n', "but the file does not change");
    munmap(p, 2 * PAGE);
    close(fd);
    unlink("/tmp/f");
}

static void
test_part(void)
{
    char *p = private_pages(3);

    memset(p, 'p', 3 * PAGE);
    share_out(p + PAGE, PAGE);
    child_writes(p + PAGE, 's');
    ok(p[PAGE] == 's', "a part of a mapping");
    child_writes(p + PAGE - 1, 's');
    child_writes(p + 2 * PAGE, 's');
    ok(p[PAGE - 1] == 'p' && p[2 * PAGE] == 'p',
        "and its neighbours stay private");
    fails(share_out(p, 3 * PAGE), EINVAL,
        "again: it is shared already: EINVAL");
    munmap(p, 3 * PAGE);
}

static void
test_errors(void)
{
    char *p = private_pages(3);
    int fd = open("/tmp/f", O_RDWR | O_CREAT, 0600);
    char here;

    memset(p, 'p', 3 * PAGE);
    fails(share_out(p + 1, PAGE), EINVAL, "not page aligned: EINVAL");
    fails(share_out(p, 0), EINVAL, "nothing: EINVAL");
    munmap(p + PAGE, PAGE);
    fails(share_out(p, 3 * PAGE), ENOMEM, "a hole: ENOMEM");
    fails(share_out((void *)(1L << 48), PAGE), ENOMEM,
        "not in user memory: ENOMEM");
    fails(share_out(p, -PAGE), ENOMEM, "longer than all memory: ENOMEM");
    mprotect(p, PAGE, PROT_READ);
    fails(share_out(p, PAGE), EINVAL, "only to be read: EINVAL");
    mprotect(p, PAGE, BOTH | PROT_EXEC);
    mmap(p + PAGE, PAGE, BOTH, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    fails(share_out(p, 2 * PAGE), EINVAL, "two kinds of rights: EINVAL");
    fails(share_out((void *)((unsigned long)&here & -PAGE), PAGE), EINVAL,
        "the stack: EINVAL");
    mmap(p, 2 * PAGE, BOTH, MAP_PRIVATE | MAP_FIXED, fd, 0);
    write(fd, "f", 1);
    fails(share_out(p, 3 * PAGE), EFAULT, "behind the end of a file: EFAULT");
    child_writes(p, 'x');
    child_writes(p + 2 * PAGE, 'x');
    ok(p[0] == 'f' && p[2 * PAGE] == 'p', "and what failed is private");
    munmap(p, 3 * PAGE);
    close(fd);
    unlink("/tmp/f");
}

static void
test_heap(void)
{
    char *start = sbrk(0);
    char *at = start + (-(unsigned long)start & (PAGE - 1));

    sbrk(at - start + 2 * PAGE);
    at[0] = 'h';
    int error = share_out(at, 2 * PAGE) != 0 || sbrk(PAGE) != at + 2 * PAGE;
    child_writes(at + PAGE, 'i');
    child_writes(at + 2 * PAGE, 'j');
    ok(!error && at[0] == 'h' && at[PAGE] == 'i' && at[2 * PAGE] == 0,
        "the heap, where it is, and the break goes on behind it");
}

int
main(void)
{
    test_anonymous();
    test_file();
    test_part();
    test_errors();
    test_heap();
    return done();
}
