/*
 * mmap_truncate.c: truncating a mapped file takes away the pages after its end:
 * in every process, in shared and private mappings, also private copies.
 * Touching them is SIGBUS; when the file grows again, they show its new bytes.
 * Pages before the end stay.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096L
#define PAGES 4
#define SIZE (PAGES * PAGE)
#define RW (PROT_READ | PROT_WRITE)
#define PEOPLE 8

static int fd;

/* Overwrite the whole file with this letter. */
static void
write_anew(char c)
{
    static char text[SIZE];

    memset(text, c, SIZE);
    pwrite(fd, text, SIZE, 0);
}

static char *
map(int flags, long page, long pages)
{
    return mmap(NULL, pages * PAGE, RW, flags, fd, page * PAGE);
}

static int
touch(void *p)
{
    return *(volatile char *)p;
}

static int
is_gone(char *p)
{
    int status = in_child(touch, p);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS;
}

static void
test_end(int flags, const char *name)
{
    char text[96];

    write_anew('a');
    char *p = map(flags, 0, PAGES);
    p[0] = p[PAGE + 99] = p[PAGE + 101] = p[2 * PAGE] = 'w';
    ok(touch(p + 3 * PAGE) == 'a', name);
    ftruncate(fd, PAGE + 100);
    ok(p[0] == 'w' && p[PAGE + 99] == 'w', "what lies before the end stays");
    if (flags == MAP_SHARED) {
        ok(p[PAGE + 100] == 0 && p[PAGE + 101] == 0,
            "in the last page zeros follow");
    }
    ok(is_gone(p + 2 * PAGE), "a page behind it that was written is gone");
    ok(is_gone(p + 3 * PAGE), "so is one that was read");
    fails(write(fd, p + 2 * PAGE, 1), EFAULT, "the kernel finds none either");
    ftruncate(fd, SIZE);
    ok(p[2 * PAGE] == 0 && p[3 * PAGE] == 0, "there are zeros if it grows");
    write_anew('b');
    ok(p[3 * PAGE] == 'b', "and then what is written");
    ftruncate(fd, 0);
    snprintf(text, sizeof(text), "a second time, all of %s is gone", name);
    ok(is_gone(p) && is_gone(p + 3 * PAGE), text);
    close(open("file", O_RDWR | O_TRUNC));
    write_anew('c');
    ok(p[0] == 'c' && p[2 * PAGE] == 'c', "and anew what is written");
    munmap(p, SIZE);
}

/* Mappings of one file side by side, with rights taken, and other memory. */
static void
test_beside(void)
{
    write_anew('a');
    char *p = mmap(NULL, 6 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 'm', 6 * PAGE);
    mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 3 * PAGE);
    mmap(p + 2 * PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 2 * PAGE);
    p[PAGE] = p[2 * PAGE] = p[3 * PAGE] = 'w';
    mprotect(p + 3 * PAGE, PAGE, PROT_NONE);
    ftruncate(fd, 3 * PAGE);
    ok(is_gone(p + PAGE), "the file's last page is gone in one mapping");
    mprotect(p + 3 * PAGE, PAGE, RW);
    ok(is_gone(p + 3 * PAGE), "and in another that had no rights");
    ok(p[2 * PAGE] == 'w', "the page before it stays");
    ok(p[0] == 'm' && p[4 * PAGE] == 'm', "other memory stays");
    ftruncate(fd, SIZE);
    write_anew('b');
    ok(p[PAGE] == 'b' && p[3 * PAGE] == 'b', "both see the file's new page");
    munmap(p, 6 * PAGE);
}

/* What one of many processes sees: '-' nothing, '?' not the same everywhere */
static char
sees(char *shared, char *private)
{
    char c = '?';

    if (is_gone(shared + PAGE) && is_gone(private + PAGE)) {
        return '-';
    }
    for (long page = 1; page < PAGES; page++) {
        c = page == 1 ? shared[PAGE] : c;
        if (shared[page * PAGE] != c || private[page * PAGE] != c) {
            return '?';
        }
    }
    return c;
}

static int orders[PEOPLE][2], answers[2];

/* A process that answers each byte with what it sees. Half of these processes
 * have written, and some have mappings of their own. */
static void
person(int number, char *shared, char *private)
{
    char c;

    if (number % 4 == 3) {
        shared = map(MAP_SHARED, 0, PAGES);
        private = map(MAP_PRIVATE, 0, PAGES);
    }
    if (number % 2) {
        private[0] = private[PAGE] = private[3 * PAGE] = 'a';
    }
    sees(shared, private);
    write(answers[1], "r", 1);
    while (read(orders[number][0], &c, 1) == 1 && c != 'e') {
        c = sees(shared, private);
        write(answers[1], &c, 1);
    }
    _exit(private[0]);
}

static int
all_see(char wanted)
{
    int right = 1;
    char c;

    for (int i = 0; i < PEOPLE; i++) {
        write(orders[i][1], "s", 1);
        read(answers[0], &c, 1);
        right = right && c == wanted;
    }
    return right;
}

static void
test_people(void)
{
    pid_t pids[PEOPLE];
    int status, right = 1;
    char c;

    write_anew('a');
    char *shared = map(MAP_SHARED, 0, PAGES);
    char *private = map(MAP_PRIVATE, 0, PAGES);
    private[0] = private[2 * PAGE] = shared[PAGE] = 'a';
    pipe(answers);
    for (int i = 0; i < PEOPLE; i++) {
        pipe(orders[i]);
        pids[i] = must_fork();
        if (pids[i] == 0) {
            person(i, shared, private);
        }
        read(answers[0], &c, 1);
    }
    ok(all_see('a'), "many processes see the file");
    ftruncate(fd, PAGE);
    ok(all_see('-'), "all lose what lies behind its end");
    ftruncate(fd, SIZE);
    ok(all_see(0), "all see zeros when it grows");
    write_anew('b');
    ok(all_see('b'), "all see what is written then");
    ftruncate(fd, PAGE);
    ftruncate(fd, SIZE);
    write_anew('c');
    ok(all_see('c') && sees(shared, private) == 'c', "and after that");
    for (int i = 0; i < PEOPLE; i++) {
        write(orders[i][1], "e", 1);
        waitpid(pids[i], &status, 0);
        right = right && status == 'a' << 8;
    }
    ok(right, "the page that stayed is each one's own");
}

int
main(void)
{
    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    test_end(MAP_SHARED, "a shared mapping");
    test_end(MAP_PRIVATE, "a private mapping");
    test_beside();
    test_people();
    return done();
}
