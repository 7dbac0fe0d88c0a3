/*
 * who_may.c: a table of who may do what with a file, with the names in a
 * directory, and with System V's shared memory and semaphores. A row is an
 * operation, and the modes and owners of the directory d and of d/f (of System
 * V's, too); a column is one who tries: root, the owner, a member of the group,
 * another. Each cell is tried by a child, with new files.
 * seconds: 60
 */
#include "users.h"

#include <sys/sem.h>
#include <sys/shm.h>
#include <sched.h>
#include <sys/mount.h>

enum { GROUP = 2000, OWN = 3000, MEMBER = B, OTHER = C };

struct row {
    const char *name;
    int (*op)(void);      /* => -1 and errno, or what is not -1 */
    int dir, file;        /* modes */
    int expect[4];        /* errno or 0, for each who tries */
    uid_t dir_of, file_of; /* owners; 0: A */
};

#define OP(name, call) static int name(void) { return call; }

static const struct timespec then[2] = { { 5, 0 }, { 6, 0 } };

OP(do_read, open("d/f", O_RDONLY))
OP(do_write, open("d/f", O_WRONLY))
OP(do_both, open("d/f", O_RDWR))
OP(do_append, open("d/f", O_WRONLY | O_APPEND | O_CREAT, 0600))
OP(do_trunc, open("d/f", O_RDONLY | O_TRUNC))
OP(do_noatime, open("d/f", O_RDONLY | 01000000))
OP(do_exclusive, open("d/f", O_RDWR | O_CREAT | O_EXCL, 0600))
OP(do_truncate, truncate("d/f", 1))
OP(do_run, execl("d/f", "f", (char *)NULL))
OP(do_stat, access("d/f", F_OK))
OP(do_stat_none, access("d/none", F_OK))
OP(do_stat_parent, access("d/s/../f", F_OK))
OP(do_may_read, access("d/f", R_OK))
OP(do_may_write, faccessat(AT_FDCWD, "d/f", W_OK, AT_EACCESS))
OP(do_list, open("d", O_RDONLY | O_DIRECTORY))
OP(do_enter, chdir("d"))
OP(do_create, open("d/n", O_RDWR | O_CREAT, 0))
OP(do_mkdir, mkdir("d/n", 0700))
OP(do_mkdir_there, mkdir("d/s", 0700))
OP(do_symlink, symlink("x", "d/n"))
OP(do_mkfifo, mkfifo("d/n", 0600))
OP(do_link, link("d/f", "d/n"))
OP(do_unlink, unlink("d/f"))
OP(do_unlink_none, unlink("d/none"))
OP(do_unlink_dir, unlink("d/s"))
OP(do_rmdir, rmdir("d/s"))
OP(do_rename, rename("d/f", "d/n"))
OP(do_rename_dir, rename("d/s", "d/n"))
OP(do_rename_over, rename("mine", "d/f"))
OP(do_rename_out, rename("d/f", "free/f"))
OP(do_move_dir, rename("d/s", "free/s"))
OP(do_exchange, renameat2(AT_FDCWD, "d/f", AT_FDCWD, "mine", 2))
OP(do_rename_same, rename("d/f", "d/f"))
OP(do_chmod, chmod("d/f", 0600))
OP(do_chmod_dir, chmod("d", 0700))
OP(do_give, chown("d/f", OTHER, -1))
OP(do_keep, chown("d/f", A, -1))
OP(do_give_nothing, chown("d/f", -1, -1))
OP(do_to_group, chown("d/f", -1, GROUP))
OP(do_to_own_group, chown("d/f", -1, OWN))
OP(do_to_any_group, chown("d/f", -1, 4000))
OP(do_touch, utimensat(AT_FDCWD, "d/f", NULL, 0))
OP(do_set_times, utimensat(AT_FDCWD, "d/f", then, 0))
OP(do_unshare, unshare(CLONE_NEWNS))
OP(do_bind, mount("d/none", "d", NULL, MS_BIND, NULL))
OP(do_bind_below, mount("d/none", "d/s", NULL, MS_BIND, NULL))
OP(do_umount, umount2("d", 0))

static int segment, set;
static struct shmid_ds of_segment;
static struct semid_ds of_set;
static struct sembuf add = { 0, 1, 0 }, look = { 0, 0, 0 };

OP(do_attach, -(shmat(segment, NULL, 0) == (void *)-1))
OP(do_attach_read, -(shmat(segment, NULL, SHM_RDONLY) == (void *)-1))
OP(do_shm_stat, shmctl(segment, IPC_STAT, &of_segment))
OP(do_shm_set, shmctl(segment, IPC_SET, &of_segment))
OP(do_shm_remove, shmctl(segment, IPC_RMID, NULL))
OP(do_add, semop(set, &add, 1))
OP(do_look, semop(set, &look, 1))
OP(do_get, semctl(set, 0, GETVAL))
OP(do_set, semctl(set, 0, SETVAL, 1))
OP(do_sem_stat, semctl(set, 0, IPC_STAT, &of_set))
OP(do_sem_set, semctl(set, 0, IPC_SET, &of_set))
OP(do_sem_remove, semctl(set, 0, IPC_RMID))

static const struct row rows[] = {
    { "read, 0640", do_read, 0755, 0640, { 0, 0, 0, EACCES }, 0, 0 },
    { "read, 0604", do_read, 0755, 0604, { 0, 0, EACCES, 0 }, 0, 0 },
    { "read, 0044", do_read, 0755, 0044, { 0, EACCES, 0, 0 }, 0, 0 },
    { "read, 0333", do_read, 0755, 0333,
      { 0, EACCES, EACCES, EACCES }, 0, 0 },
    { "write, 0642", do_write, 0755, 0642, { 0, 0, EACCES, 0 }, 0, 0 },
    { "write, 0420", do_write, 0755, 0420, { 0, EACCES, 0, EACCES }, 0, 0 },
    { "read and write, 0642", do_both, 0755, 0642,
      { 0, 0, EACCES, EACCES }, 0, 0 },
    { "append, or make", do_append, 0777, 0644,
      { 0, 0, EACCES, EACCES }, 0, 0 },
    { "read and empty, 0644", do_trunc, 0755, 0644,
      { 0, 0, EACCES, EACCES }, 0, 0 },
    { "truncate, 0646", do_truncate, 0755, 0646, { 0, 0, EACCES, 0 }, 0, 0 },
    { "O_NOATIME", do_noatime, 0755, 0644, { 0, 0, EPERM, EPERM }, 0, 0 },
    { "O_EXCL", do_exclusive, 0755, 0,
      { EEXIST, EEXIST, EEXIST, EEXIST }, 0, 0 },
    { "execute, 0644", do_run, 0755, 0644,
      { EACCES, EACCES, EACCES, EACCES }, 0, 0 },
    { "execute, 0754", do_run, 0755, 0754,
      { ENOEXEC, ENOEXEC, ENOEXEC, EACCES }, 0, 0 },
    { "execute, 0001", do_run, 0755, 0001,
      { ENOEXEC, EACCES, EACCES, ENOEXEC }, 0, 0 },
    { "look up, 0710", do_stat, 0710, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "look up, 0666", do_stat, 0666, 0777,
      { 0, EACCES, EACCES, EACCES }, 0, 0 },
    { "look up what is not there", do_stat_none, 0710, 0,
      { ENOENT, ENOENT, ENOENT, EACCES }, 0, 0 },
    { "look up by ..", do_stat_parent, 0701, 0, { 0, 0, EACCES, 0 }, 0, 0 },
    { "access to read", do_may_read, 0755, 0640, { 0, 0, 0, EACCES }, 0, 0 },
    { "access to write", do_may_write, 0755, 0620, { 0, 0, 0, EACCES }, 0, 0 },
    { "list, 0740", do_list, 0740, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "list, 0311", do_list, 0311, 0, { 0, EACCES, EACCES, EACCES }, 0, 0 },
    { "enter, 0710", do_enter, 0710, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "enter, 0666", do_enter, 0666, 0, { 0, EACCES, EACCES, EACCES }, 0, 0 },
    { "create, 0730", do_create, 0730, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "create, 0722", do_create, 0722, 0, { 0, 0, EACCES, EACCES }, 0, 0 },
    { "create, 0555", do_create, 0555, 0,
      { 0, EACCES, EACCES, EACCES }, 0, 0 },
    { "mkdir, 0773", do_mkdir, 0773, 0, { 0, 0, 0, 0 }, 0, 0 },
    { "mkdir, 0755", do_mkdir, 0755, 0, { 0, 0, EACCES, EACCES }, 0, 0 },
    { "mkdir of what is there", do_mkdir_there, 0555, 0,
      { EEXIST, EEXIST, EEXIST, EEXIST }, 0, 0 },
    { "symlink", do_symlink, 0775, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "mkfifo", do_mkfifo, 0775, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "link, of a file for all", do_link, 0775, 0666,
      { 0, 0, 0, EACCES }, 0, 0 },
    { "unlink, whatever the file's mode", do_unlink, 0775, 0,
      { 0, 0, 0, EACCES }, 0, 0 },
    { "unlink, 0722", do_unlink, 0722, 0666, { 0, 0, EACCES, EACCES }, 0, 0 },
    { "unlink of what is not there", do_unlink_none, 0555, 0,
      { ENOENT, ENOENT, ENOENT, ENOENT }, 0, 0 },
    { "unlink of a directory", do_unlink_dir, 0755, 0,
      { EISDIR, EISDIR, EACCES, EACCES }, 0, 0 },
    { "unlink, sticky, all A's", do_unlink, 01777, 0666,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "unlink, sticky, a file of B's", do_unlink, 01777, 0666,
      { 0, 0, 0, EPERM }, 0, B },
    { "unlink, B's sticky directory", do_unlink, 01777, 0666,
      { 0, EPERM, 0, EPERM }, B, C + 1 },
    { "unlink, sticky but not to be written", do_unlink, 01755, 0666,
      { 0, EACCES, 0, EACCES }, B, 0 },
    { "rmdir, sticky", do_rmdir, 01777, 0, { 0, 0, EPERM, EPERM }, 0, 0 },
    { "rmdir", do_rmdir, 0775, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "rename", do_rename, 0775, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "rename, sticky", do_rename, 01777, 0, { 0, 0, EPERM, EPERM }, 0, 0 },
    { "rename of a directory", do_rename_dir, 0777, 0, { 0, 0, 0, 0 }, 0, 0 },
    { "rename over it", do_rename_over, 0775, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "rename over it, sticky", do_rename_over, 01777, 0,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "rename out of it", do_rename_out, 0775, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "move a directory: its .. changes", do_move_dir, 0777, 0,
      { 0, 0, EACCES, EACCES }, 0, 0 },
    { "exchange", do_exchange, 0775, 0, { 0, 0, 0, EACCES }, 0, 0 },
    { "exchange, sticky", do_exchange, 01777, 0, { 0, 0, EPERM, EPERM }, 0, 0 },
    { "rename to itself", do_rename_same, 0555, 0, { 0, 0, 0, 0 }, 0, 0 },
    { "chmod", do_chmod, 0777, 0777, { 0, 0, EPERM, EPERM }, 0, 0 },
    { "chmod of the directory", do_chmod_dir, 0777, 0,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "chown to another", do_give, 0777, 0777,
      { 0, EPERM, EPERM, EPERM }, 0, 0 },
    { "chown to its owner", do_keep, 0777, 0777,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "chown to nobody", do_give_nothing, 0777, 0777, { 0, 0, 0, 0 }, 0, 0 },
    { "chown to nobody, set-user-ID", do_give_nothing, 0777, 04755,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "chown to its group", do_to_group, 0777, 0777,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "chown to one's own group", do_to_own_group, 0777, 0777,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "chown to another group", do_to_any_group, 0777, 0777,
      { 0, EPERM, EPERM, EPERM }, 0, 0 },
    { "times: now, 0642", do_touch, 0755, 0642, { 0, 0, EACCES, 0 }, 0, 0 },
    { "times: now, 0444", do_touch, 0755, 0444,
      { 0, 0, EACCES, EACCES }, 0, 0 },
    { "times: others, 0666", do_set_times, 0755, 0666,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "shmat, 0640", do_attach, 0755, 0640, { 0, 0, EACCES, EACCES }, 0, 0 },
    { "shmat, 0046", do_attach, 0755, 0046, { 0, EACCES, EACCES, 0 }, 0, 0 },
    { "shmat to read, 0640", do_attach_read, 0755, 0640,
      { 0, 0, 0, EACCES }, 0, 0 },
    { "shmctl IPC_STAT, 0604", do_shm_stat, 0755, 0604,
      { 0, 0, EACCES, 0 }, 0, 0 },
    { "shmctl IPC_SET, 0666", do_shm_set, 0755, 0666,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "shmctl IPC_RMID, 0", do_shm_remove, 0755, 0,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "semop, 0420", do_add, 0755, 0420, { 0, EACCES, 0, EACCES }, 0, 0 },
    { "semop to look, 0640", do_look, 0755, 0640, { 0, 0, 0, EACCES }, 0, 0 },
    { "semctl GETVAL, 0604", do_get, 0755, 0604, { 0, 0, EACCES, 0 }, 0, 0 },
    { "semctl SETVAL, 0642", do_set, 0755, 0642, { 0, 0, EACCES, 0 }, 0, 0 },
    { "semctl IPC_STAT, 0640", do_sem_stat, 0755, 0640,
      { 0, 0, 0, EACCES }, 0, 0 },
    { "semctl IPC_SET, 0666", do_sem_set, 0755, 0666,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "semctl IPC_RMID, 0", do_sem_remove, 0755, 0,
      { 0, 0, EPERM, EPERM }, 0, 0 },
    { "have a name space", do_unshare, 0755, 0, { 0, EPERM, EPERM, EPERM },
      0, 0 },
    { "bind what is not there", do_bind, 0755, 0,
      { ENOENT, EPERM, EPERM, EPERM }, 0, 0 },
    { "bind to what is not to be entered", do_bind_below, 0700, 0,
      { ENOENT, EPERM, EACCES, EACCES }, 0, 0 },
    { "umount of what is no mount", do_umount, 0755, 0,
      { EINVAL, EPERM, EPERM, EPERM }, 0, 0 },
};

static void
make_all(const struct row *row, uid_t who)
{
    mkdir("free", 0777);
    chmod("free", 0777);
    put("mine", "");
    chown("mine", who, OWN);
    mkdir("d", 0700);
    put("d/f", "no program");
    chown("d/f", row->file_of != 0 ? row->file_of : A, GROUP);
    chmod("d/f", (mode_t)row->file);
    mkdir("d/s", 0700);
    chmod("d/s", 0755);
    chown("d/s", A, GROUP);
    chown("d", row->dir_of != 0 ? row->dir_of : A, GROUP);
    chmod("d", (mode_t)row->dir);
}

/* The same for System V's: root makes them, and gives them away. */
static void
make_objects(const struct row *row)
{
    segment = shmget(IPC_PRIVATE, 1, 0600);
    set = semget(IPC_PRIVATE, 1, 0600);
    of_segment.shm_perm.uid = of_set.sem_perm.uid =
        row->file_of != 0 ? row->file_of : A;
    of_segment.shm_perm.gid = of_set.sem_perm.gid = GROUP;
    of_segment.shm_perm.mode = of_set.sem_perm.mode = (mode_t)row->file & 0777;
    shmctl(segment, IPC_SET, &of_segment);
    semctl(set, 0, IPC_SET, &of_set);
}

static void
remove_all(void)
{
    shmctl(segment, IPC_RMID, NULL);
    semctl(set, 0, IPC_RMID);
    unlink("d/f");
    unlink("d/n");
    rmdir("d/n");
    rmdir("d/s");
    rmdir("d");
    unlink("mine");
    unlink("free/f");
    rmdir("free/s");
    rmdir("free");
}

/* => errno, or 0 */
static int
try_cell(const struct row *row, int who)
{
    static const uid_t users[] = { 0, A, MEMBER, OTHER };
    gid_t group = GROUP;
    int status;
    pid_t pid;

    make_all(row, users[who]);
    make_objects(row);
    pid = must_fork();
    if (pid == 0) {
        int error = setgroups(who == 2, &group) || setgid(OWN)
                    || setuid(users[who]);
        _exit(error ? 99 : row->op() == -1 ? errno : 0);
    }
    waitpid(pid, &status, 0);
    remove_all();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

int
main(void)
{
    static const char *const names[] = { "root", "owner", "member", "other" };

    umask(0);
    mkdir("w", 0777); /* users may not be allowed to search what is above */
    if (chdir("w") != 0) {
        return 1;
    }
    for (int i = 0; i < COUNT_OF(rows); i++) {
        for (int who = 0; who < 4; who++) {
            int got = try_cell(&rows[i], who);
            char line[128];
            snprintf(line, sizeof(line), "%s: %s: %s", rows[i].name,
                names[who], errno_name(rows[i].expect[who]));
            ok(got == rows[i].expect[who], line);
            if (got != rows[i].expect[who]) {
                printf("# got %s\n", errno_name(got));
                fflush(stdout);
            }
        }
    }
    chdir("..");
    is(rmdir("w"), 0, "nothing is left");
    return done();
}
