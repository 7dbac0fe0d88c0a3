/*
 * userspec_groups.c: the list of further groups: setgroups and getgroups, what
 * fork and exec do with it, and that each of them opens files of its group.
 */
#include "userspec.h"

static unsigned list[70000];

static long
set_list(long count)
{
    return raw(CALL_setgroups, count, P(list), 0, 0);
}

/* The list as text. */
static const char *
list_now(void)
{
    static char text[256];
    unsigned got[32];
    long n = raw(CALL_getgroups, 32, P(got), 0, 0);
    int end = 0;

    text[0] = '\0';
    for (long i = 0; i < n; i++) {
        end += snprintf(text + end, sizeof(text) - (size_t)end, "%s%u",
            i > 0 ? " " : "", got[i]);
    }
    return n < 0 ? "(error)" : text;
}

static void
test_list(void)
{
    unsigned got[4] = { 1, 2, 3, 4 };
    is(set_list(0), 0, "root has no further groups");
    is(raw(CALL_getgroups, 0, 0, 0, 0), 0, "which is a list of none");
    is_str(list_now(), "", "an empty one");
    list[0] = 20;
    list[1] = 30;
    list[2] = 4000000000u;
    is(set_list(3), 0, "three");
    is(raw(CALL_getgroups, 0, 0, 0, 0), 3, "a list of no length is counted");
    is_str(list_now(), "20 30 4000000000", "they are told");
    returns(raw(CALL_getgroups, 2, P(got), 0, 0), -EINVAL, "room for two");
    ok(got[0] == 1 && got[1] == 2, "takes none");
    is(raw(CALL_getgroups, 4, P(got), 0, 0), 3, "room for four");
    is(got[3], 4, "takes three");
    returns(raw(CALL_getgroups, -1, P(got), 0, 0), -EINVAL, "room for -1");
    returns(raw(CALL_getgroups, 3, 1, 0, 0), -EFAULT, "at a bad place");
    list[0] = 7;
    is(set_list(1), 0, "a new list");
    is_str(list_now(), "7", "instead of the old one");
    ok(are(gids_now(), 0, 0, 0), "the other ids of groups stay");
    raw(CALL_setresgid, 50, 51, 52, 0);
    is_str(list_now(), "7", "and the list, if they change");
    raw(CALL_setresgid, 0, 0, 0, 0);
    returns(raw(CALL_setgroups, 1, 1, 0, 0), -EFAULT, "from a bad place");
    returns(raw(CALL_setgroups, -1, P(list), 0, 0), -EINVAL, "-1 of them");
    returns(set_list(65537), -EINVAL, "more than 65536");
    list[0] = 0xffffffffu;
    returns(set_list(1), -EINVAL, "group -1");
    is_str(list_now(), "7", "all that changes nothing");
    for (unsigned i = 0; i < 65536; i++) {
        list[i] = i;
    }
    is(set_list(65536), 0, "65536 groups");
    is(raw(CALL_getgroups, 0, 0, 0, 0), 65536, "are counted");
    is(raw(CALL_getgroups, 65536, P(list), 0, 0), 65536, "and told");
    ok(list[0] == 0 && list[12345] == 12345 && list[65535] == 65535,
        "each of them");
    returns(raw(CALL_getgroups, 65535, P(list), 0, 0), -EINVAL,
        "but not one fewer");
    set_list(0);
}

static int
has_two(void *unused)
{
    (void)unused;
    return strcmp(list_now(), "20 30") == 0 ? 7 : 1;
}

static int
changes(void *unused)
{
    (void)unused;
    return set_list(0) == 0 ? 7 : 1;
}

static int
execs(void *unused)
{
    (void)unused;
    raw(CALL_setuid, 1000, 0, 0, 0);
    execl("/proc/self/exe", "self", "look", NULL);
    return 1;
}

static void
test_processes(void)
{
    list[0] = 20;
    list[1] = 30;
    set_list(2);
    exited(in_child(has_two, NULL), 7, "a child has its parent's groups");
    exited(in_child(changes, NULL), 7, "and may change its own");
    is_str(list_now(), "20 30", "not its parent's");
    exited(in_child(execs, NULL), 7, "setuid and exec keep them");
    set_list(0);
}

/* May a user of this group and so many of the list open it to read? */
static long
opens(unsigned gid, long count, const char *name)
{
    int status = -1;
    pid_t pid = must_fork();

    if (pid == 0) {
        set_list(count);
        raw(CALL_setresgid, gid, gid, gid, 0);
        raw(CALL_setresuid, 1000, 1000, 1000, 0);
        _exit(raw(NR_open, P(name), O_RDONLY, 0, 0) >= 0 ? 7 : 1);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status) == 7;
}

static void
test_files(void)
{
    const struct user maker = { 1001, 30, 0 };
    file_of(&maker, "file", 0640);
    for (unsigned i = 0; i < 300; i++) {
        list[i] = 100 + i * 3;
    }
    is(opens(1000, 0, "file"), 0, "neither the file's user nor group");
    is(opens(30, 0, "file"), 1, "its group");
    list[0] = 30;
    is(opens(1000, 1, "file"), 1, "among further groups");
    list[0] = 29;
    list[1] = 31;
    is(opens(1000, 2, "file"), 0, "only neighbours of it");
    list[0] = 100;
    list[1] = 103;
    is(opens(1000, 300, "file"), 0, "not among three hundred");
    list[299] = 30;
    is(opens(1000, 300, "file"), 1, "one among three hundred, the last");
    chmod("file", 0604);
    is(opens(1000, 300, "file"), 0, "the group is shut out, all others not");
    is(opens(1000, 299, "file"), 1, "who is not of the group is let in");
    unlink("file");
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "look") == 0) {
        return strcmp(list_now(), "20 30") == 0 ? 7 : 1;
    }
    enter_work();
    test_list();
    test_processes();
    test_files();
    leave_work();
    return done();
}
