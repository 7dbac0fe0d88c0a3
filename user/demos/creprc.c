/*
 * creprc: processes as VMS and Windows NT make them.
 *
 * VMS's $CREPRC: the process has what the call names and nothing else; when it
 * ends, its status is in a mailbox, for whoever reads. NT's CreateProcess: made
 * suspended, given some handles, then resumed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vms.h>

int
main(void)
{
    char *argv[] = {"sh", "-c", "umask; pwd; exit 5", NULL};
    struct vms_process vms = {.image = "/bin/sh", .argv = argv,
                              .output = "/tmp/output", .umask = 077,
                              .mailbox = "/tmp/mailbox"};
    struct vms_message message;
    char text[64] = "";
    int status;

    if (vms_init()) {
        return 0;
    }
    mkfifo("/tmp/mailbox", 0600);
    pid_t pid = vms_spawn(&vms);
    int mailbox = open("/tmp/mailbox", O_RDONLY);
    read(mailbox, &message, sizeof(message));
    printf("VMS: the mailbox has a message of %s process, status %d\n",
           message.pid == pid ? "our" : "another", WEXITSTATUS(message.status));
    read(open("/tmp/output", O_RDONLY), text, sizeof(text) - 1);
    printf("its umask and directory:\n%s", text);

    char *hello[] = {"echo", "NT: it runs", NULL};
    int handles[] = {STDOUT_FILENO};
    struct nt_process nt = {.image = "/bin/echo", .argv = hello,
                            .handles = handles, .count = 1,
                            .flags = NT_SUSPENDED};
    pid = nt_create(&nt);
    waitpid(pid, &status, WUNTRACED);
    printf("NT: %s\n", WIFSTOPPED(status) ? "suspended" : "not suspended");
    fflush(stdout);
    nt_resume(pid);
    waitpid(pid, &status, 0);
    unlink("/tmp/mailbox");
    return unlink("/tmp/output");
}
