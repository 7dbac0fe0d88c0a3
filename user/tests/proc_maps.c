/*
 * proc_maps.c: /proc/PID/maps tells what a process maps: a line for each
 * mapping, with rights, offset, file and name.
 */
#include "names.h"

#include <sys/mman.h>

#define PAGE 4096UL
#define BASE 0x6000000000UL /* nothing is there on either side */
#define NAME_COLUMN 73

struct line {
    unsigned long start, end, offset, ino;
    char rights[8], name[4200];
    int column; /* where the name begins */
};

static char text[1 << 16], earlier[1 << 16];
static int here = 1;

static long
read_maps(const char *path, char *to)
{
    int fd = open(path, O_RDONLY);
    long n, size = 0;

    while (fd >= 0 && (n = read(fd, to + size, sizeof(text) - 1 - size)) > 0) {
        size += n;
    }
    close(fd);
    to[size] = '\0';
    return fd < 0 ? -1 : size;
}

static unsigned long
number(const char **at, int base)
{
    char *end;
    unsigned long value = strtoul(*at, &end, base);

    *at = end + (*end != '\0');
    return value;
}

/* Take a line apart.  => the next one */
static const char *
parse(const char *at, struct line *line)
{
    const char *first = at, *end = strchr(at, '\n');

    memset(line, 0, sizeof(*line));
    line->start = number(&at, 16);
    line->end = number(&at, 16);
    memcpy(line->rights, at, 4);
    at += 5;
    line->offset = number(&at, 16);
    number(&at, 16);
    number(&at, 16);
    line->ino = number(&at, 10);
    while (at < end && *at == ' ') {
        at++;
    }
    memcpy(line->name, at, end - at);
    line->column = at - first;
    return end + 1;
}

/* The line that has the address; all zero if there is none. */
static struct line
line_of(unsigned long addr)
{
    static struct line line;

    read_maps("/proc/self/maps", text);
    for (const char *at = text; *at != '\0';) {
        at = parse(at, &line);
        if (line.start <= addr && addr < line.end) {
            return line;
        }
    }
    memset(&line, 0, sizeof(line));
    return line;
}

/* Map `pages` pages at BASE + at. */
static unsigned long
map(unsigned long at, int pages, int prot, int flags, int fd, long offset)
{
    void *want = (void *)(BASE + at);

    if (mmap(want, pages * PAGE, prot, flags | MAP_FIXED, fd, offset) != want) {
        printf("# cannot map\n");
    }
    return BASE + at;
}

static void
check(unsigned long addr, int pages, const char *rights, const char *name)
{
    struct line line = line_of(addr);

    ok(line.start == addr && line.end == addr + pages * PAGE, name);
    is_str(line.rights, rights, "its rights");
}

static void
test_program(void)
{
    struct stat st;
    struct line line = line_of((unsigned long)&line);

    is_str(line.name, "[stack]", "a local variable is on the stack");
    is_str(line.rights, "rw-p", "which can be written to");
    is(line.column, NAME_COLUMN, "a name begins in column 73");
    is(line.ino + line.offset, 0, "it is of no file");
    line = line_of((unsigned long)test_program);
    is_str(line.rights, "r-xp", "a function can be executed");
    is_str(line.name, target_of("/proc/self/exe"), "it is of the program");
    ok(stat("/proc/self/exe", &st) == 0 && st.st_ino == line.ino,
        "whose inode is named");
    line = line_of((unsigned long)&here);
    is_str(line.rights, "rw-p", "data can be written to");
    ok(sbrk(PAGE) != (void *)-1, "there is a heap");
    line = line_of((unsigned long)sbrk(0) - 1);
    is_str(line.name, "[heap]", "which has a name");
}

static void
test_order(void)
{
    struct line line;
    unsigned long last = 0;
    int wrong = 0, lines = 0;

    read_maps("/proc/self/maps", text);
    for (const char *at = text; *at != '\0'; lines++) {
        at = parse(at, &line);
        wrong += line.start < last || line.end <= line.start
            || line.start % PAGE != 0 || line.end % PAGE != 0;
        last = line.end;
    }
    ok(lines > 3 && wrong == 0, "lines are in order and do not overlap");
}

static void
test_anonymous(void)
{
    int private = MAP_PRIVATE | MAP_ANONYMOUS;
    unsigned long addr = map(0, 4, PROT_READ | PROT_WRITE, private, -1, 0);

    check(addr, 4, "rw-p", "private memory");
    is_str(line_of(addr).name, "", "it has no name");
    mprotect((void *)(addr + PAGE), PAGE, PROT_NONE);
    check(addr, 1, "rw-p", "what lies before a page without rights");
    check(addr + PAGE, 1, "---p", "this page");
    check(addr + 2 * PAGE, 2, "rw-p", "and what lies behind");
    mprotect((void *)(addr + PAGE), PAGE, PROT_READ | PROT_WRITE);
    check(addr, 4, "rw-p", "it is one mapping again");
    munmap((void *)addr, 3 * PAGE);
    is(line_of(addr).end, 0, "what is unmapped has no line");
    check(addr + 3 * PAGE, 1, "rw-p", "the rest has one");
    munmap((void *)(addr + 3 * PAGE), PAGE);

    addr = map(0, 2, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(addr, 2, "r--s", "shared memory");
    is_str(line_of(addr).name, "/dev/zero (deleted)", "has a name");
    munmap((void *)addr, 2 * PAGE);
}

static void
test_files(void)
{
    char cwd[2048], want[4200];
    int fd = open("a file\nof two lines", O_RDWR | O_CREAT, 0644);
    struct stat st;

    ok(fstat(fd, &st) == 0 && ftruncate(fd, 4 * PAGE) == 0, "a file");
    getcwd(cwd, sizeof(cwd));
    unsigned long addr = map(0, 2, PROT_READ, MAP_PRIVATE, fd, PAGE);
    map(4 * PAGE, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 3 * PAGE);
    check(addr, 2, "r--p", "mapped privately");
    is(line_of(addr).offset, PAGE, "from its second page on");
    is(line_of(addr + PAGE).ino, st.st_ino, "with its inode");
    snprintf(want, sizeof(want), "%s/a file\\012of two lines", cwd);
    is_str(line_of(addr).name, want, "and its path, on one line");
    check(addr + 4 * PAGE, 1, "rw-s", "a page of it is shared");
    is(line_of(addr + 4 * PAGE).offset, 3 * PAGE, "its fourth one");
    rename("a file\nof two lines", "b");
    close(fd);
    snprintf(want, sizeof(want), "%s/b", cwd);
    is_str(line_of(addr).name, want, "renamed, it has its new name");
    unlink("b");
    snprintf(want, sizeof(want), "%s/b (deleted)", cwd);
    is_str(line_of(addr).name, want, "removed, its last one");
    munmap((void *)addr, 5 * PAGE);

    fd = memfd_create("made", 0);
    ok(fd >= 0 && ftruncate(fd, PAGE) == 0, "a file without a path");
    addr = map(0, 1, PROT_READ, MAP_SHARED, fd, 0);
    is_str(line_of(addr).name, "/memfd:made (deleted)", "has a name, too");
    close(fd);
    munmap((void *)addr, PAGE);
}

/* Many more lines than a page has: in small pieces they are the same text. */
static void
test_many(void)
{
    int private = MAP_PRIVATE | MAP_ANONYMOUS, lines = 0, fd;
    long size = 0, n;

    for (int i = 0; i < 400; i++) {
        map(2 * i * PAGE, 1, PROT_READ, private, -1, 0);
    }
    read_maps("/proc/self/maps", earlier);
    fd = open("/proc/self/maps", O_RDONLY);
    while ((n = read(fd, text + size, 1000)) > 0) {
        size += n;
    }
    text[size] = '\0';
    close(fd);
    ok(strcmp(text, earlier) == 0, "read in pieces it is the same");
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    ok(lines > 400, "and has all lines");
    for (int i = 0; i < 400; i += 2) {
        munmap((void *)(BASE + 2 * i * PAGE), PAGE);
    }
    is(line_of(BASE).start, 0, "one is gone");
    is(line_of(BASE + 2 * PAGE).start, BASE + 2 * PAGE, "its neighbour not");
    munmap((void *)BASE, 800 * PAGE);
}

static void
test_others(void)
{
    char path[64];
    int go[2], status;
    char byte;

    pipe(go);
    read_maps("/proc/self/maps", earlier);
    pid_t pid = must_fork();
    if (pid == 0) {
        read_maps("/proc/self/maps", text);
        if (strcmp(text, earlier) != 0) {
            _exit(1);
        }
        map(0, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        write(go[1], "x", 1);
        pause();
    }
    close(go[1]);
    read(go[0], &byte, 1);
    close(go[0]);
    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    ok(read_maps(path, text) > 0 && strstr(text, "6000000000-6000001000 r--p"),
        "a child's shows what it has mapped");
    is(line_of(BASE).start, 0, "its parent's does not");
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "it had what its parent had");
    fails(open(path, O_RDONLY), ENOENT, "now there is none");
    int fd = open("/proc/self/maps", O_WRONLY);
    fails(write(fd, "x", 1), EINVAL, "nobody writes to it");
    close(fd);
    fd = open("/proc/self/stat", O_WRONLY);
    fails(write(fd, "x", 1), EINVAL, "nor to stat");
    close(fd);
    fd = open("/proc/cpuinfo", O_WRONLY);
    fails(write(fd, "x", 1), EIO, "nor to cpuinfo");
    close(fd);
}

int
main(void)
{
    test_program();
    test_order();
    test_anonymous();
    test_files();
    test_many();
    test_others();
    return done();
}
