/*
 * advise_fork.c: madvise says what a child gets: not this range (DONTFORK), or
 * this one empty (WIPEONFORK); for how long, over how many forks, and for which
 * memory.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *
area(int pages, int flags)
{
    char *p = mmap(NULL, pages * PAGE, RW, flags, -1, 0);
    for (int i = 0; i < pages; i++) {
        p[i * PAGE] = 'a' + i;
    }
    return p;
}

static int
advised(void *p, size_t size, int advice)
{
    return madvise(p, size, advice) == 0 ? 0 : errno;
}

/* What each page begins with: '-' not mapped, '0' zero. */
static const char *
seen(char *p, int pages)
{
    static char text[20];
    unsigned char vec;
    for (int i = 0; i < pages; i++) {
        text[i] = mincore(p + i * PAGE, PAGE, &vec) != 0 ? '-'
                  : p[i * PAGE] == 0                      ? '0'
                                                          : p[i * PAGE];
    }
    text[pages] = '\0';
    return text;
}

struct look {
    char *p;
    const char *want;
    int generations;
};

static int
look(void *arg)
{
    struct look *all = arg;
    const char *found = seen(all->p, (int)strlen(all->want));
    if (strcmp(found, all->want) != 0) {
        printf("# got '%s', want '%s'\n", found, all->want);
        fflush(stdout);
        return 1;
    }
    if (--all->generations <= 0) {
        return 0;
    }
    return WEXITSTATUS(in_child(look, arg));
}

/* A child, or the last of several generations, sees this. */
static void
child_sees(char *p, const char *want, int generations, const char *name)
{
    struct look all = { p, want, generations };
    exited(in_child(look, &all), 0, name);
}

static void
dontfork(void)
{
    char *p = area(5, ANON);
    is(advised(p + PAGE, PAGE, MADV_DONTFORK), 0, "DONTFORK of one page");
    child_sees(p, "a-cde", 1, "a child does not have it");
    child_sees(p, "a-cde", 3, "nor have its descendants");
    is_str(seen(p, 5), "abcde", "the parent has it");
    p[PAGE] = 'B';
    is(advised(p + 3 * PAGE, 2 * PAGE, MADV_DONTFORK), 0, "two more");
    child_sees(p, "a-c--", 1, "both are missing");
    is(advised(p, 4 * PAGE, MADV_DOFORK), 0, "DOFORK of some");
    child_sees(p, "aBcd-", 1, "a child has these again");
    is(advised(p, 5 * PAGE, MADV_DOFORK), 0, "of all");
    child_sees(p, "aBcde", 2, "all are there");
    munmap(p, 5 * PAGE);
}

static void
wipeonfork(void)
{
    char *p = area(5, ANON);
    is(advised(p + 2 * PAGE, 2 * PAGE, MADV_WIPEONFORK), 0, "WIPEONFORK");
    child_sees(p, "ab00e", 1, "a child has zeros there");
    is_str(seen(p, 5), "abcde", "the parent has what it wrote");
    p[3 * PAGE] = 'D';
    child_sees(p, "ab00e", 1, "also after a write");
    is(advised(p + 3 * PAGE, PAGE, MADV_KEEPONFORK), 0, "KEEPONFORK of one");
    child_sees(p, "ab0De", 1, "it is kept");
    is(advised(p + 2 * PAGE, PAGE, MADV_DONTFORK), 0, "both for one page");
    child_sees(p, "ab-De", 1, "then a child does not have it");
    munmap(p, 5 * PAGE);
}

/* The child writes to what it got wiped; its own child gets it wiped again. */
static int
refill(void *arg)
{
    struct look *inner = arg;
    memcpy(inner->p, "x", 1);
    return inner->p[PAGE] != 0 ? 2 : WEXITSTATUS(in_child(look, inner));
}

static void
inherited(void)
{
    char *p = area(2, ANON);
    struct look inner = { p, "00", 1 };
    is(advised(p, 2 * PAGE, MADV_WIPEONFORK), 0, "both pages WIPEONFORK");
    exited(in_child(refill, &inner), 0, "a child's child gets zeros, too");
    is_str(seen(p, 2), "ab", "and nobody changed the first one's");
    mprotect(p, PAGE, PROT_READ);
    child_sees(p, "00", 1, "mprotect does not change that");
    mprotect(p, PAGE, RW);
    p = mremap(p, 2 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
    p[3 * PAGE] = 'd';
    child_sees(p + 2 * PAGE, "00", 1, "nor mremap, for what is added");
    munmap(p, 4 * PAGE);
}

/* vfork and CLONE_VM share the memory: nothing is left out. */
static void
vforked(void)
{
    char *p = area(2, ANON);
    int status;
    advised(p, PAGE, MADV_WIPEONFORK);
    advised(p + PAGE, PAGE, MADV_DONTFORK);
    pid_t pid = vfork();
    if (pid == 0) {
        p[0]++;
        p[PAGE]++;
        _exit(0);
    }
    waitpid(pid, &status, 0);
    is_str(seen(p, 2), "bc", "after vfork the child has all of it");
    munmap(p, 2 * PAGE);
}

static void
objects(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    char *shared = area(2, MAP_SHARED | MAP_ANONYMOUS);
    ok(write(fd, "hello", 5) == 5, "a file");
    char *file = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
    is(advised(file, PAGE, MADV_WIPEONFORK), EINVAL, "WIPEONFORK of a file");
    is(advised(shared, PAGE, MADV_WIPEONFORK), EINVAL, "of shared memory");
    is(advised(file, PAGE, MADV_KEEPONFORK), 0, "KEEPONFORK of a file");
    is(advised(file, PAGE, MADV_DONTFORK), 0, "DONTFORK of a file");
    child_sees(file, "-", 1, "a child does not have it");
    is(advised(shared + PAGE, PAGE, MADV_DONTFORK), 0, "and of shared memory");
    child_sees(shared, "a-", 1, "nor that page");
    is(advised(shared, 2 * PAGE, MADV_DOFORK), 0, "DOFORK");
    child_sees(shared, "ab", 1, "it is shared again");
    munmap(file, PAGE);
    munmap(shared, 2 * PAGE);
    close(fd);
}

static void
errors(void)
{
    char *p = area(5, ANON);
    is(advised(p + 1, PAGE, MADV_DONTFORK), EINVAL, "not aligned");
    is(advised(p, -PAGE, MADV_DONTFORK), EINVAL, "a size beyond all");
    is(advised(p, 0, MADV_DONTFORK), 0, "size 0 does nothing");
    munmap(p + 2 * PAGE, PAGE);
    is(advised(p, 5 * PAGE, MADV_DONTFORK), ENOMEM, "a hole");
    child_sees(p, "-----", 1, "the rest is done");
    is(advised(p, 5 * PAGE, MADV_DOFORK), ENOMEM, "a hole, again");
    child_sees(p, "ab-de", 1, "all but the hole is there");
    munmap(p, 5 * PAGE);
}

/* Much memory, several tables: the advice is about ranges, not about pages. */
static void
large(void)
{
    size_t size = 8 << 20;
    char *p = mmap(NULL, size, RW, ANON, -1, 0);
    char *q = p + size / 2;
    for (size_t i = 0; i < size; i += 64 * PAGE) {
        p[i] = 'l';
    }
    is(advised(p, size / 2, MADV_WIPEONFORK), 0, "half of 8 MiB WIPEONFORK");
    is(advised(q + PAGE, size / 2 - PAGE, MADV_DONTFORK), 0,
       "most of the rest DONTFORK");
    child_sees(q - PAGE, "0l-", 2, "the border in a child, and its child");
    child_sees(p, "0", 1, "the first page");
    child_sees(q + size / 2 - PAGE, "-", 1, "the last one");
    munmap(p, size);
}

int
main(void)
{
    dontfork();
    wipeonfork();
    inherited();
    vforked();
    objects();
    errors();
    large();
    return done();
}
