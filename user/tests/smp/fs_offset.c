/*
 * fs_offset.c: an open file that several processes share has one offset: no two
 * of their reads get the same bytes, and no write overwrites another. O_APPEND
 * does the same for files that each process opened itself.
 *
 * seconds: 60
 */
#include "smp.h"
#include <fcntl.h>

enum { PROCESSES = 4, RECORDS = 500, SIZE = 48 };

struct record {
    int writer;
    int number;
    char body[SIZE - 8];
};

static int *seen;       /* [writer][number]: how often it was read */

static struct record
make_record(int writer, int number)
{
    struct record record = { writer, number, "" };

    memset(record.body, 'a' + (writer * 7 + number) % 26, sizeof(record.body));
    return record;
}

static int
write_all(int fd, int writer)
{
    int good = 0;

    for (int n = 0; n < RECORDS; n++) {
        struct record record = make_record(writer, n);
        good += write(fd, &record, SIZE) == SIZE;
    }
    return good == RECORDS;
}

/* Read records until there are no more. => whether all were whole */
static int
read_all(int fd, int unused)
{
    struct record record;
    long n;

    (void)unused;
    while ((n = read(fd, &record, SIZE)) == SIZE) {
        if (record.writer < 0 || record.writer >= PROCESSES
            || record.number < 0 || record.number >= RECORDS) {
            return 0;
        }
        struct record good = make_record(record.writer, record.number);
        if (memcmp(&good, &record, SIZE) != 0) {
            return 0;
        }
        add(&seen[record.writer * RECORDS + record.number], 1);
    }
    return n == 0;
}

/* Each process has the file at fd, or, if that is -1, opens it with flags. */
static void
all(int (*work)(int, int), int fd, int flags, const char *name)
{
    pid_t pid[PROCESSES];
    int good = 0;

    for (int i = 0; i < PROCESSES; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            on_cpu(i);
            _exit(work(fd >= 0 ? fd : open("file", flags), i));
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        good += code_of(pid[i]) == 1;
    }
    is(good, PROCESSES, name);
}

static void
check_file(const char *name)
{
    int fd = open("file", O_RDONLY), once = 0;

    is(lseek(fd, 0, SEEK_END), (long)PROCESSES * RECORDS * SIZE, name);
    lseek(fd, 0, SEEK_SET);
    memset(seen, 0, PROCESSES * RECORDS * sizeof(int));
    all(read_all, fd, 0, "readers of one open file find whole records");
    for (int i = 0; i < PROCESSES * RECORDS; i++) {
        once += seen[i] == 1;
    }
    is(once, PROCESSES * RECORDS, "each record once");
    close(fd);
}

int
main(void)
{
    seen = shared(PROCESSES * RECORDS * sizeof(int));
    int fd = open("file", O_CREAT | O_WRONLY, 0600);
    all(write_all, fd, 0, "writers of one open file");
    close(fd);
    check_file("none has overwritten another's record");

    close(open("file", O_WRONLY | O_TRUNC));
    all(write_all, -1, O_WRONLY | O_APPEND, "writers that append");
    check_file("none has overwritten another's record");
    unlink("file");
    return done();
}
