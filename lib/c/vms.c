/*
 * VMS's and NT's ways, over spawn. The watcher of a VMS process is this program
 * itself (reexec.h), executed twice: the first one begins the second and ends,
 * so that the second is nobody's child that would have to wait for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <reexec.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vms.h>

#include "abi/spawn.h"

#define STARTER "vms-starter"
#define WATCHER "vms-watcher"
#define REPLY   3             /* a pipe to the maker */

/* What the watcher is told, by arguments: it has nothing else.  Then come as
 * many arguments and variables. */
enum word {
    NAME, IMAGE, INPUT, OUTPUT, ERRORS, DIRECTORY, UMASK, MAILBOX, ARGUMENTS,
    FIRST,
};

static char **words; /* of the watcher */

static void
answer(int number)
{
    (void)!write(REPLY, &number, sizeof(number));
}

/* => NULL: the word is not given */
static const char *
word(enum word which)
{
    return *words[which] != '\0' ? words[which] : NULL;
}

static int
add_open(struct spawn_action *at, int fd, const char *path, int flags)
{
    if (path == NULL) {
        return 0;
    }
    *at = (struct spawn_action){.kind = SPAWN_OPEN, .fd = fd,
                                .value = (uintptr_t)path, .mode = 0666,
                                .flags = (u32)flags};
    return 1;
}

static pid_t
make_process(void)
{
    struct spawn_action list[5];
    char **argv = words + FIRST;
    int count = 0, appends = O_WRONLY | O_CREAT | O_APPEND;

    list[count++] = (struct spawn_action){
        .kind = SPAWN_UMASK, .value = (u64)atoi(words[UMASK])};
    list[count++] = (struct spawn_action){
        .kind = SPAWN_CHDIR, .value = (uintptr_t)words[DIRECTORY]};
    count += add_open(&list[count], 0, word(INPUT), O_RDONLY);
    count += add_open(&list[count], 1, word(OUTPUT), appends);
    count += add_open(&list[count], 2, word(ERRORS), appends);
    struct spawn_args args = {
        .path = (uintptr_t)words[IMAGE], .argv = (uintptr_t)argv,
        .envp = (uintptr_t)(argv + atoi(words[ARGUMENTS]) + 1),
        .actions = (uintptr_t)list, .count = (u32)count,
    };
    return spawn_program(&args);
}

static void
write_message(pid_t pid, int status, const struct rusage *usage)
{
    struct vms_message message = {
        .pid = pid, .status = status,
        .peak_kb = (unsigned long)usage->ru_maxrss,
        .cpu_us = (unsigned long)(usage->ru_utime.tv_sec
                                  + usage->ru_stime.tv_sec) * 1000000UL
                  + (unsigned long)(usage->ru_utime.tv_usec
                                    + usage->ru_stime.tv_usec),
    };
    int fd = -1;

    if (word(MAILBOX) != NULL && chdir(words[DIRECTORY]) == 0) {
        fd = open(words[MAILBOX], O_WRONLY | O_APPEND);
    }
    if (fd >= 0) {
        (void)!write(fd, &message, sizeof(message));
        close(fd);
    }
}

/* A separator stands for the NULL between arguments and variables. */
static void
watch(void)
{
    struct rusage usage;
    int status;

    words[FIRST + atoi(words[ARGUMENTS])] = NULL;
    pid_t pid = make_process();
    answer(pid > 0 ? pid : -errno);
    close(REPLY);
    if (pid > 0 && wait4(pid, &status, 0, &usage) == pid) {
        write_message(pid, status, &usage);
    }
}

/* Ourselves once more, with these words; of descriptors only the reply. */
static pid_t
spawn_self(char **argv, int reply)
{
    struct spawn_action give = {.kind = SPAWN_GIVE, .fd = REPLY,
                                .value = (u64)reply};
    struct spawn_args args = {
        .path = (uintptr_t)reexec_self(), .argv = (uintptr_t)argv,
        .actions = (uintptr_t)&give, .count = 1,
    };
    return spawn_program(&args);
}

static void
begin_watcher(void)
{
    words[NAME] = WATCHER;
    if (spawn_self(words, REPLY) < 0) {
        answer(-errno);
    }
}

/* Arguments are all that a program gets before main. */
__attribute__((constructor)) static void
keep_words(int argc, char **argv, char **envp)
{
    (void)argc, (void)envp;
    words = argv;
}

bool
vms_init(void)
{
    bool starts = strcmp(words[0], STARTER) == 0;

    if (!starts && strcmp(words[0], WATCHER) != 0) {
        return false;
    }
    (starts ? begin_watcher : watch)();
    return true;
}

static int
count_of(char *const *list)
{
    int count = 0;

    while (list != NULL && list[count] != NULL) {
        count++;
    }
    return count;
}

/* => the pid that the watcher answers, or its error */
static pid_t
ask_watcher(char **argv)
{
    int ends[2], answered = -ECHILD, error = 0;

    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -1;
    }
    pid_t starter = spawn_self(argv, ends[1]);
    error = errno;
    close(ends[1]);
    if (starter > 0) {
        while (waitpid(starter, NULL, 0) < 0 && errno == EINTR) {
        }
        while (read(ends[0], &answered, sizeof(answered)) < 0
               && errno == EINTR) {
        }
        error = answered < 0 ? -answered : 0;
    }
    close(ends[0]);
    errno = error;
    return error != 0 ? -1 : answered;
}

pid_t
vms_spawn(const struct vms_process *process)
{
    char *only[] = {(char *)process->image, NULL};
    char *const *argv = process->argv != NULL ? process->argv : only;
    int arguments = count_of(argv), variables = count_of(process->envp);
    char *all[FIRST + arguments + 1 + variables + 1];
    char mask[12], count[12];
    const char *const given[FIRST] = {
        STARTER, process->image, process->input, process->output,
        process->error,
        process->directory != NULL ? process->directory : "/", mask,
        process->mailbox, count,
    };
    char **at = all + FIRST;

    snprintf(mask, sizeof(mask), "%d", (int)process->umask & 0777);
    snprintf(count, sizeof(count), "%d", arguments);
    for (int i = 0; i < FIRST; i++) {
        all[i] = (char *)(given[i] != NULL ? given[i] : "");
    }
    memcpy(at, argv, (size_t)arguments * sizeof(*at));
    at += arguments;
    *at++ = "";
    if (variables != 0) {
        memcpy(at, process->envp, (size_t)variables * sizeof(*at));
    }
    at[variables] = NULL;
    return ask_watcher(all);
}

pid_t
nt_create(const struct nt_process *process)
{
    struct spawn_action list[process->count + 2];
    u32 count = 0;

    if (process->directory != NULL) {
        list[count++] = (struct spawn_action){
            .kind = SPAWN_CHDIR, .value = (uintptr_t)process->directory};
    }
    for (size_t i = 0; i < process->count; i++) {
        list[count++] = (struct spawn_action){
            .kind = SPAWN_GIVE, .fd = process->handles[i],
            .value = (u64)process->handles[i]};
    }
    struct spawn_args args = {
        .path = (uintptr_t)process->image, .argv = (uintptr_t)process->argv,
        .envp = (uintptr_t)(process->envp != NULL ? process->envp : environ),
        .actions = (uintptr_t)list, .count = count,
        .flags = SPAWN_PLACE
                 | (process->flags & NT_SUSPENDED ? SPAWN_STOPPED : 0),
    };
    return spawn_program(&args);
}

int
nt_resume(pid_t pid)
{
    return kill(pid, SIGCONT);
}
