/*
 * remap.c: mremap grows, shrinks and moves a mapping; its bytes go with it, in
 * the caller's memory alone.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Pages that hold 'a', 'b' ..., with nothing for `room` pages behind. */
static char *
fresh(int pages, int room)
{
    char *p = mmap(NULL, (pages + room) * PAGE, RW, ANON, -1, 0);
    munmap(p + pages * PAGE, room * PAGE);
    for (int i = 0; i < pages; i++) {
        memset(p + i * PAGE, 'a' + i, PAGE);
    }
    return p;
}

static int
holds(const char *p, const char *letters)
{
    for (int i = 0; letters[i] != '\0'; i++) {
        char want = letters[i] == '0' ? 0 : letters[i];
        if (p[i * PAGE] != want || p[i * PAGE + PAGE - 1] != want) {
            return 0;
        }
    }
    return 1;
}

static int
mapped(void *p)
{
    unsigned char vec;
    return mincore(p, PAGE, &vec) == 0;
}

static int
error_of(void *result)
{
    return result == MAP_FAILED ? errno : 0;
}

static void
in_place(void)
{
    char *p = fresh(4, 4);
    ok(mremap(p, 4 * PAGE, 2 * PAGE, 0) == p, "shrink");
    ok(holds(p, "ab") && !mapped(p + 2 * PAGE), "the end is gone");
    ok(mremap(p, 2 * PAGE, 5 * PAGE, 0) == p, "grow where it is");
    ok(holds(p, "ab000"), "the new pages are zero");
    ok(mremap(p, 5 * PAGE, 5 * PAGE, 0) == p, "the same size");
    ok(mremap(p + PAGE, PAGE, PAGE, MREMAP_MAYMOVE) == p + PAGE,
       "a part, the same size");
    is(error_of(mremap(p, PAGE, 2 * PAGE, 0)), ENOMEM, "a part cannot grow");
    munmap(p, 5 * PAGE);
}

static void
moved(void)
{
    char *p = fresh(3, 0);
    char *wall = mmap(p + 3 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    (void)wall;
    char *q = mremap(p, 3 * PAGE, 600 * PAGE, MREMAP_MAYMOVE);
    ok(q != MAP_FAILED && q != p, "grow by moving");
    ok(holds(q, "abc0") && !mapped(p), "the bytes went, the old place is free");
    memset(q, 'A', PAGE);
    ok(holds(q, "Abc0"), "it can be written");
    char *r = mremap(q + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
    ok(r != MAP_FAILED && holds(r, "b0"), "a page out of the middle");
    ok(holds(q, "A") && !mapped(q + PAGE) && holds(q + 2 * PAGE, "c0"),
       "both sides stay");
    munmap(q, 600 * PAGE);
    munmap(r, 2 * PAGE);
}

static void
fixed(void)
{
    const int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    char *p = fresh(3, 0);
    char *q = fresh(5, 0);
    ok(mremap(p, 3 * PAGE, 3 * PAGE, flags, q + PAGE) == q + PAGE, "FIXED");
    ok(holds(q, "aabce") && !mapped(p), "replaces what was there");
    munmap(q, 5 * PAGE);
    q = fresh(5, 0);
    p = fresh(3, 0);
    ok(mremap(q, 5 * PAGE, 2 * PAGE, flags, p) == p, "FIXED and shorter");
    ok(holds(p, "abc") && !mapped(q) && !mapped(q + 4 * PAGE), "moved whole");
    munmap(p + 2 * PAGE, PAGE);
    is(error_of(mremap(p, 2 * PAGE, 2 * PAGE, flags, p + PAGE)), EINVAL,
       "onto itself");
    is(error_of(mremap(p, PAGE, PAGE, flags, q + 1)), EINVAL, "not aligned");
    is(error_of(mremap(p, PAGE, PAGE, MREMAP_FIXED, q)), EINVAL,
       "FIXED without MAYMOVE");
    munmap(p, 2 * PAGE);
}

static int
move_in_child(void *p)
{
    char *q = mremap(p, 3 * PAGE, 300 * PAGE, MREMAP_MAYMOVE);
    int bad = q == MAP_FAILED || !holds(q, "abc0");
    memset(q, 'x', 2 * PAGE);
    return bad || !holds(q, "xxc0");
}

static void
after_fork(void)
{
    char *p = fresh(3, 0);
    exited(in_child(move_in_child, p), 0, "a child moves shared pages");
    ok(holds(p, "abc"), "the parent keeps them");
    pid_t pid = fork();
    if (pid == 0) {
        pause();
    }
    char *q = mremap(p, 3 * PAGE, 300 * PAGE, MREMAP_MAYMOVE);
    memset(q, 'y', PAGE);
    ok(holds(q, "ybc0"), "the parent moves them, too");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    munmap(q, 300 * PAGE);
}

static void
rights(void)
{
    char *p = fresh(2, 0);
    mprotect(p, 2 * PAGE, PROT_NONE);
    char *q = mremap(p, 2 * PAGE, 50 * PAGE, MREMAP_MAYMOVE);
    ok(q != MAP_FAILED && mprotect(q, 2 * PAGE, PROT_READ) == 0
           && holds(q, "ab"), "pages without a right move");
    munmap(q, 50 * PAGE);

    char byte = 0;
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    ok(write(fd, "hello", 5) == 5 && ftruncate(fd, 3 * PAGE) == 0, "a file");
    p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    p[0] = 'H';
    q = mremap(p, PAGE, 3 * PAGE, MREMAP_MAYMOVE);
    q[1] = 'E';
    q[2 * PAGE] = 'z';
    ok(q[0] == 'H' && pread(fd, &byte, 1, 1) == 1 && byte == 'E',
       "a shared file is the same at another place");
    ok(pread(fd, &byte, 1, 2 * PAGE) == 1 && byte == 'z', "and longer");
    munmap(q, 3 * PAGE);
    close(fd);
}

static void
errors(void)
{
    char *p = fresh(3, 0);
    is(error_of(mremap(p, PAGE, 0, 0)), EINVAL, "to nothing");
    is(error_of(mremap(p + 1, PAGE, PAGE, 0)), EINVAL, "an odd address");
    is(error_of(mremap(p, PAGE, PAGE, 64)), EINVAL, "unknown flags");
    munmap(p + PAGE, PAGE);
    is(error_of(mremap(p + PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE)), EFAULT,
       "a hole");
    is(error_of(mremap(p, 3 * PAGE, 9 * PAGE, MREMAP_MAYMOVE)), EFAULT,
       "over a hole");
    is(error_of(mremap(p, PAGE, 1UL << 46, 0)), ENOMEM, "much too large");
    struct rlimit before, tight = { 64 << 20, RLIM_INFINITY };
    getrlimit(RLIMIT_AS, &before);
    tight.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_AS, &tight);
    is(error_of(mremap(p, PAGE, 64 << 20, MREMAP_MAYMOVE)), ENOMEM,
       "more than RLIMIT_AS");
    setrlimit(RLIMIT_AS, &before);
    is(error_of(mremap(p, PAGE, 1UL << 60, MREMAP_MAYMOVE)), EINVAL,
       "larger than all memory");
    munmap(p, 3 * PAGE);
}

int
main(void)
{
    in_place();
    moved();
    fixed();
    after_fork();
    rights();
    errors();
    return done();
}
