/*
 * stops.c: with WUNTRACED and WCONTINUED, wait also tells of a child that stops
 * and goes on; without them it does not, and only its end reaps it.
 */
#include "watch.h"

static void
told(pid_t pid, int options, int expected, const char *what)
{
    int status = 0;

    lab_check("EX-9", what, (unsigned long)pid,
              (unsigned long)waitpid(pid, &status, options));
    lab_check("EX-9", "its status", (unsigned long)expected,
              (unsigned long)status);
    lab_check("EX-9", "the same again, with WNOHANG", 0,
              (unsigned long)waitpid(pid, &status, options | WNOHANG));
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (unsigned long i = 1 + lab_random() % 3; i > 0; i--) {
        pid_t pid = sleeper();
        kill(pid, SIGSTOP);
        comes_to(pid, 'T');
        lab_check("EX-9", "waitpid without WUNTRACED for a stopped child", 0,
                  (unsigned long)waitpid(pid, NULL, WNOHANG));
        told(pid, WUNTRACED, SIGSTOP << 8 | 0x7f, "waitpid with WUNTRACED");
        kill(pid, SIGCONT);
        told(pid, WCONTINUED, 0xffff, "waitpid with WCONTINUED");
        books_right("after a stop");
        kill(pid, SIGKILL);
        int status = 0;
        waitpid(pid, &status, 0);
        lab_check("EX-9", "the status of its end", SIGKILL,
                  (unsigned long)status);
    }
    lab_done();
}
