/* help: what can be typed here, and how to leave. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

#define WIDTH 76

/* Of these programs those are shown that are there. */
static const struct {
    const char *kind;
    const char *names;
} kinds[] = {
    {"files", "cat chgrp chmod chown cp ln ls mkdir mv rm rmdir touch"},
    {"names", "basename dirname pwd"},
    {"text", "clear echo grep head printf seq sort tail tee uniq wc"},
    {"processes",
     "env false forktest kill nice ps renice sh sleep test time true"},
    {"users", "groups id login su whoami"},
    {"demos",
     "account cow creprc eintr fork-mutex futex handler hello-fork names "
     "ptshow race reap reexec relatives rfork rfork-thread self-pipe spawn "
     "sproc stray thread-cost"},
    {"the machine", "date halt init nproc poweroff"},
};

static const char grammar[] =
    "Commands can be joined and repeated:\n"
    "    a; b    a | b    a && b    a || b    ! a    a &    (a; b)\n"
    "    if a; then b; elif c; then d; else e; fi\n"
    "    while a; do b; done    until a; do b; done\n"
    "    for x in 1 2; do a; done    case $x in *.c) a;; esac\n"
    "    name() { a; }\n"
    "Words:  $x ${x:-y} ${x%.c} $(a) $((1 + 2)) *.c ~ 'as it is' \"with $x\"\n"
    "Files:  a < in > out 2>&1    a >> out    a << END\n"
    "Keys:   arrows, Home, End, Tab, ^A ^E ^K ^U ^W ^L; ^R searches what was\n"
    "        typed; ^C gives a command up, ^D ends the input.\n"
    "Jobs:   ^Z stops what runs; jobs lists, fg and bg let it go on, in front\n"
    "        or behind; %1 is a job for them, kill and wait.\n";

/* Add a word to a list that is printed in lines. */
static size_t
print_word(const char *word, size_t column)
{
    if (column + strlen(word) >= WIDTH) {
        putchar('\n');
        column = 0;
    }
    printf("%s%s", column == 0 ? "    " : " ", word);
    return column + strlen(word) + (column == 0 ? 4 : 1);
}

static void
print_programs(const char *kind, const char *names)
{
    char *list = temp_copy(names, strlen(names));
    size_t column = 0;
    char path[40];

    for (char *name = strtok(list, " "); name != NULL;
         name = strtok(NULL, " ")) {
        snprintf(path, sizeof(path), "/bin/%s", name);
        if (access(path, X_OK) < 0) {
            continue;
        }
        if (column == 0) {
            printf("%s:\n", kind);
        }
        column = print_word(name, column);
    }
    if (column > 0) {
        putchar('\n');
    }
}

int
builtin_help(int argc, char **argv)
{
    const char *name;
    size_t column = 0;

    (void)argc;
    (void)argv;
    fputs(grammar, stdout);
    puts("Commands of the shell itself:");
    for (size_t i = 0; (name = builtin_name(i)) != NULL; i++) {
        column = print_word(name, column);
    }
    puts("\nPrograms in /bin, by what they are for:");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        print_programs(kinds[i].kind, kinds[i].names);
    }
    puts(getppid() == 1 ? "To leave: exit (this is the first shell: the "
                          "machine then goes off), or poweroff."
                        : "To leave: exit.");
    return 0;
}
