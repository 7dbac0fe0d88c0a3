/*
 * exec_again.c: a program that ran before runs as its file is now, and as its
 * arguments are, whatever earlier ones did with their memory.
 */
#include "self.h"

#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE 4096L
#define OTHER 7 /* what the other entry exits with */
#define MANY 20
#define MUCH 20 /* pages, seven times: more than a new stack has at first */

/* Where a program begins whose header says so. */
__asm__(".globl other_entry\nother_entry:\n"
        "movl $60, %eax\nmovl $7, %edi\nsyscall\n");
extern char other_entry[];

static volatile char data[] = "data", zeros[2 * PAGE];

/* => the exit code; of an exec that fails: 100 and more */
static int
run(const char *path, const char *mode, const char *arg)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        execl(path, path, mode, arg, arg, arg, arg, arg, arg, arg, NULL);
        _exit(100 + errno);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 200 + WTERMSIG(status);
}

static void
set_entry(const char *path, void *entry)
{
    int fd = open(path, O_WRONLY);

    pwrite(fd, &entry, sizeof(entry), offsetof(Elf64_Ehdr, e_entry));
    close(fd);
}

/* Use the stack for some pages. */
static __attribute__((noinline)) int
deep(int pages)
{
    volatile char page[PAGE];

    page[0] = (char)pages;
    return pages > 0 ? deep(pages - 1) + page[0] - (char)pages : 0;
}

/* All is as in a new program; then change what can be changed.
 * => 1 for each thing that is not as it should be, and 4 for each page of arg */
static int
child(char *argv[], const char *arg)
{
    int wrong = data[0] != 'd' || zeros[0] != 0 || zeros[PAGE] != 0;
    long pages = (long)strlen(arg) / PAGE;
    void *page = (void *)((long)&data & -PAGE);

    /* The stack is mapped as far as arguments lie on it. */
    char *low = (char *)((long)argv & -PAGE);
    wrong += mprotect(low, (size_t)(arg - low), PROT_READ | PROT_WRITE) != 0;
    wrong += deep(8) != 0;
    data[0] = zeros[0] = zeros[PAGE] = 'x';
    wrong += sbrk(PAGE) == (void *)-1;
    wrong += mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        == MAP_FAILED;
    wrong += mprotect(page, PAGE, PROT_READ) != 0;
    wrong += munmap((void *)((long)&zeros[PAGE] & -PAGE), PAGE) != 0;
    _exit((int)pages * 4 + wrong);
}

int
main(int argc, char *argv[])
{
    static char much[MUCH * PAGE + 1];
    char name[] = "prog_a";

    if (argc > 2) {
        return child(argv, argv[argc - 1]);
    }
    memset(much, 'm', sizeof(much) - 1);
    copy_self("prog");
    is(run("./prog", "child", "few"), 0, "a program runs");
    is(run("./prog", "child", "few"), 0, "and again, as if for the first time");
    is(run("./prog", "child", much), 4 * MUCH, "with more arguments");
    is(run("./prog", "child", "few"), 0, "with fewer");

    copy_self("large");
    is(run("./large", "child", much), 4 * MUCH, "first with many arguments");
    is(run("./large", "child", "few"), 0, "then with few");

    Elf64_Ehdr header;
    int fd = open("prog", O_RDONLY);
    read(fd, &header, sizeof(header));
    close(fd);
    void *entry = (void *)header.e_entry;
    set_entry("prog", other_entry);
    is(run("./prog", "child", "few"), OTHER, "changed, it begins elsewhere");
    set_entry("prog", entry);
    is(run("./prog", "child", "few"), 0, "changed back");

    rename("prog", "was");
    copy_self("prog");
    set_entry("prog", other_entry);
    is(run("./prog", "child", "few"), OTHER, "another file of the same name");
    is(run("./was", "child", "few"), 0, "and the first, by another");
    rename("prog", "was");
    is(run("./was", "child", "few"), OTHER, "the other in its place");
    truncate("was", 20);
    is(run("./was", "child", "few"), 100 + ENOEXEC, "too short to run");
    unlink("was");
    is(run("./was", "child", "few"), 100 + ENOENT, "gone");

    int good = 0;
    for (int i = 0; i < MANY; i++, name[5]++) {
        copy_self(name);
        good += run(name, "child", "few") == 0;
    }
    for (int i = 0; i < MANY; i++) {
        name[5]--;
        good += run(name, "child", "few") == 0;
        unlink(name);
    }
    is(good, 2 * MANY, "many programs in turn");
    return done();
}
