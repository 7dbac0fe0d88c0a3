/*
 * fs_names.c: processes on all processors make, find and remove the same few
 * names, and list their directories. Making a name that exists fails, and only
 * one process removes it. So a name is made as often as it is removed, or once
 * more if it exists at the end. A name that exists all the time is in each list
 * exactly once.
 *
 * seconds: 60
 */
#include "smp.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { PROCESSES = 5, TURNS = 800, NAMES = 4 };

static const char *const file_name[NAMES] = { "s/a", "s/b", "d/a", "d/b" };
static const char *const dir_name[NAMES] = { "d", "e", "e/d", "e/f" };

struct count {
    int made[2 * NAMES];        /* files, then directories */
    int removed[2 * NAMES];
};

static struct count *count;

static int
one_of(int error, int first, int second, int third)
{
    return error == first || error == second || error == third;
}

/* => whether the result is one that may be; a success is counted */
static int
made(int which, int result)
{
    if (result >= 0) {
        add(&count->made[which], 1);
        return 1;
    }
    return one_of(errno, EEXIST, ENOENT, 0);
}

static int
removed(int which, int result)
{
    if (result >= 0) {
        add(&count->removed[which], 1);
        return 1;
    }
    return one_of(errno, ENOENT, ENOTEMPTY, 0);
}

static int
make_file(int which)
{
    int fd = open(file_name[which], O_CREAT | O_EXCL | O_WRONLY, 0600);

    if (fd >= 0) {
        write(fd, file_name[which], strlen(file_name[which]));
        close(fd);
    }
    return made(which, fd);
}

/* => whether a file that is there holds its name, or nothing yet */
static int
read_file(int which)
{
    char text[8] = "";
    int fd = open(file_name[which], O_RDONLY);

    if (fd < 0) {
        return errno == ENOENT;
    }
    long n = read(fd, text, sizeof(text) - 1);
    close(fd);
    return n == 0 || strcmp(text, file_name[which]) == 0;
}

/* => whether the directory names nothing strange, and once what stays */
static int
list(const char *name)
{
    DIR *dir = opendir(name);
    struct dirent *entry;
    int stay = 0, good = 1;

    if (dir == NULL) {
        return errno == ENOENT;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            good &= entry->d_name[1] == '\0';
            stay += entry->d_name[0] == 'y' || entry->d_name[0] == 'z';
        }
    }
    closedir(dir);
    return good && stay == (strcmp(name, "s") == 0 ? 2 : 0);
}

static int
turn(unsigned long *seed)
{
    int which = (int)pick(seed, NAMES);

    switch (pick(seed, 7)) {
    case 0:
    case 1:
        return make_file(which);
    case 2:
        return removed(which, unlink(file_name[which]));
    case 3:
        return made(NAMES + which, mkdir(dir_name[which], 0700));
    case 4:
        return removed(NAMES + which, rmdir(dir_name[which]));
    case 5:
        return list(which == 0 ? "s" : dir_name[which - 1]);
    default:
        return read_file(which);
    }
}

static int
work(int number)
{
    unsigned long seed = (unsigned long)number;
    int good = 0;

    for (int n = 0; n < TURNS; n++) {
        good += turn(&seed);
    }
    return good == TURNS;
}

/* => how many names do not agree with what was counted */
static int
disagree(void)
{
    struct stat st;
    int bad = 0;

    for (int i = 0; i < 2 * NAMES; i++) {
        const char *name = i < NAMES ? file_name[i] : dir_name[i - NAMES];
        bad += count->made[i] - count->removed[i] != (stat(name, &st) == 0);
    }
    return bad;
}

int
main(void)
{
    pid_t pid[PROCESSES];
    int good = 0;

    count = shared(sizeof(*count));
    mkdir("s", 0700);
    close(open("s/y", O_CREAT | O_WRONLY, 0600));
    close(open("s/z", O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < PROCESSES; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            on_cpu(i);
            _exit(work(i));
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        good += code_of(pid[i]) == 1;
    }
    is(good, PROCESSES, "each call does its work, or says who was first");
    is(disagree(), 0, "a name is made once and removed once");
    for (int i = 0; i < NAMES; i++) {
        unlink(file_name[i]);
    }
    unlink("s/y");
    unlink("s/z");
    for (int i = NAMES; i-- > 0;) {
        rmdir(dir_name[i]);
    }
    is(rmdir("s"), 0, "what is left can be removed");
    ok(rmdir("d") < 0 && rmdir("e") < 0, "and is gone then");
    return done();
}
