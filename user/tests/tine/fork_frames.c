/*
 * fork_frames.c: /proc/tine/pages shows whose page is which frame: one frame
 * for parent and child until one of them writes; then a copy for the writer.
 * The last owner does not copy: its write takes the frame as it is. A shared
 * page is one frame for all, whichever process writes.
 *
 * modes: tree table page
 * except: own=always
 * expect:
 * ok 1 - the parent has a frame for each kind of page
 * ok 2 - the child sees the same frame: to be read
 * ok 3 - the child sees the same frame: to be written by the child
 * ok 4 - the child sees the same frame: to be written by the parent
 * ok 5 - the child sees the same frame: shared
 * ok 6 - the child has written: it has another frame
 * ok 7 - and the parent its own still
 * ok 8 - the parent has written: it has another frame
 * ok 9 - and the child the old one
 * ok 10 - a page that is only read is one frame
 * ok 11 - a shared page that both have written is one frame
 * ok 12 - the child is dead: the parent's write takes its frame back
 * ok 13 - frames are as many as before the fork
 * ok 14 - all is well
 * 1..14
 */
#include "counts.h"

#include <sys/mman.h>

#define PAGE 4096L
#define RW (PROT_READ | PROT_WRITE)

enum { READ, CHILDS, PARENTS, SHARED, PAGES };

static const char *const names[PAGES] = {
    "to be read", "to be written by the child", "to be written by the parent",
    "shared",
};

static volatile char *area;
static char text[65536];

static void
look(void)
{
    int fd = open("/proc/tine/pages", O_RDONLY);
    long have = 0, n;

    while ((n = read(fd, text + have, sizeof(text) - 1 - have)) > 0) {
        have += n;
    }
    close(fd);
    text[have] = '\0';
}

/* The frame of a page of the area, when we last looked; 0: none. A line is
 * PID LEVEL ADDRESS FRAME REFS FLAGS. */
static unsigned long
frame_of(pid_t pid, int page)
{
    unsigned long addr = (unsigned long)(area + page * PAGE);

    for (char *at = text; *at; at = strchr(at, '\n') + 1) {
        char *p = at;
        if (strtol(p, &p, 10) == pid && strtol(p, &p, 10) == 0
            && strtoul(p, &p, 16) == addr) {
            return strtoul(p, &p, 16);
        }
    }
    return 0;
}

static void
child(const int *go, int done_end)
{
    char c;

    read(go[0], &c, 1);
    area[CHILDS * PAGE] = 'c';
    area[SHARED * PAGE] = 'c';
    write(done_end, "d", 1);
    read(go[0], &c, 1);
    _exit(0);
}

static void
make(void)
{
    area = mmap(NULL, PAGES * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mmap((char *)area + SHARED * PAGE, PAGE, RW,
        MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    for (int i = 0; i < PAGES; i++) {
        area[i * PAGE] = 'p';
    }
}

static void
test_fork(pid_t pid, unsigned long old[PAGES])
{
    char name[64];

    look();
    for (int i = 0; i < PAGES; i++) {
        snprintf(name, sizeof(name), "the child sees the same frame: %s",
            names[i]);
        ok(frame_of(pid, i) == old[i] && frame_of(getpid(), i) == old[i],
            name);
    }
}

static void
test_writes(pid_t pid, pid_t self, unsigned long old[PAGES])
{
    look();
    ok(frame_of(pid, CHILDS) != old[CHILDS],
        "the child has written: it has another frame");
    ok(frame_of(self, CHILDS) == old[CHILDS], "and the parent its own still");
    ok(frame_of(self, PARENTS) != old[PARENTS],
        "the parent has written: it has another frame");
    ok(frame_of(pid, PARENTS) == old[PARENTS], "and the child the old one");
    ok(frame_of(pid, READ) == old[READ] && frame_of(self, READ) == old[READ],
        "a page that is only read is one frame");
    ok(frame_of(pid, SHARED) == old[SHARED]
            && frame_of(self, SHARED) == old[SHARED],
        "a shared page that both have written is one frame");
}

int
main(void)
{
    unsigned long old[PAGES];
    int go[2], did[2], good = 1;
    pid_t self = getpid();
    long anon;
    char c;

    make();
    memset(text, ' ', sizeof(text)); /* its frames are there from now on */
    pipe(go);
    pipe(did);
    look();
    for (int i = 0; i < PAGES; i++) {
        old[i] = frame_of(self, i);
        good &= old[i] != 0;
    }
    ok(good, "the parent has a frame for each kind of page");
    anon = counts_get("anon");
    pid_t pid = must_fork();
    if (pid == 0) {
        child(go, did[1]);
    }
    test_fork(pid, old);
    write(go[1], "g", 1);
    read(did[0], &c, 1);
    area[PARENTS * PAGE] = 'p';
    area[SHARED * PAGE] = 'p';
    test_writes(pid, self, old);
    write(go[1], "g", 1);
    waitpid(pid, NULL, 0);
    area[READ * PAGE] = area[CHILDS * PAGE] = 'q';
    look();
    ok(frame_of(self, READ) == old[READ]
            && frame_of(self, CHILDS) == old[CHILDS],
        "the child is dead: the parent's write takes its frame back");
    is(counts_get("anon"), anon, "frames are as many as before the fork");
    ok(counts_well(), "all is well");
    return done();
}
