/*
 * exec_template.c: what the kernel remembers of a program keeps no file alive.
 *
 * expect:
 * ok 1 - it runs
 * ok 2 - its memory is free when its last name is gone
 * 1..2
 */
#include "../self.h"

#include <fcntl.h>
#include <sys/sysinfo.h>

#define FILE_PAGES 2048L

static int
run(const char *path)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        execl(path, path, "child", NULL);
        _exit(100 + errno);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long
free_pages(void)
{
    struct sysinfo info;

    sysinfo(&info);
    return (long)(info.freeram * info.mem_unit / 4096);
}

int
main(int argc, char *argv[])
{
    (void)argv;
    if (argc == 2) {
        return 0;
    }
    copy_self("prog");
    int fd = open("prog", O_RDWR);
    static char page[4096] = "what makes the file large";
    lseek(fd, 0, SEEK_END);
    for (long i = 0; i < FILE_PAGES; i++) {
        write(fd, page, sizeof(page));
    }
    close(fd);
    is(run("./prog"), 0, "it runs");
    long before = free_pages();
    unlink("prog");
    ok(free_pages() - before > FILE_PAGES / 2,
        "its memory is free when its last name is gone");
    return done();
}
