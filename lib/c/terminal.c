/* Terminals and pseudo-terminals: requests to their files, and what is built of
 * them. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#define NAME_SIZE 64 /* bytes of a terminal's path, its NUL included */

/* ---- Modes ---- */

int
tcgetattr(int fd, struct termios *modes)
{
    return ioctl(fd, TCGETS, modes);
}

int
tcsetattr(int fd, int when, const struct termios *modes)
{
    if (when < TCSANOW || when > TCSAFLUSH) {
        errno = EINVAL;
        return -1;
    }
    return ioctl(fd, TCSETS + (unsigned long)when, modes);
}

void
cfmakeraw(struct termios *modes)
{
    modes->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR
                                  | IGNCR | ICRNL | IXON);
    modes->c_oflag &= ~(tcflag_t)OPOST;
    modes->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    modes->c_cflag = (modes->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    modes->c_cc[VMIN] = 1;
    modes->c_cc[VTIME] = 0;
}

/* One speed for both directions, in c_cflag. */
speed_t
cfgetospeed(const struct termios *modes)
{
    return modes->c_cflag & CBAUD;
}

speed_t
cfgetispeed(const struct termios *modes)
{
    return cfgetospeed(modes);
}

int
cfsetospeed(struct termios *modes, speed_t speed)
{
    if (speed & ~(speed_t)CBAUD) {
        errno = EINVAL;
        return -1;
    }
    modes->c_cflag = (modes->c_cflag & ~(tcflag_t)CBAUD) | speed;
    return 0;
}

/* 0 means: as the output. */
int
cfsetispeed(struct termios *modes, speed_t speed)
{
    return speed != 0 ? cfsetospeed(modes, speed) : 0;
}

int
cfsetspeed(struct termios *modes, speed_t speed)
{
    return cfsetospeed(modes, speed);
}

/* ---- The line ---- */

int
tcsendbreak(int fd, int duration)
{
    (void)duration;
    return ioctl(fd, TCSBRK, 0UL);
}

int
tcdrain(int fd)
{
    return ioctl(fd, TCSBRK, 1UL);
}

int
tcflush(int fd, int queue)
{
    return ioctl(fd, TCFLSH, (long)queue);
}

int
tcflow(int fd, int action)
{
    return ioctl(fd, TCXONC, (long)action);
}

int
tcgetwinsize(int fd, struct winsize *size)
{
    return ioctl(fd, TIOCGWINSZ, size);
}

int
tcsetwinsize(int fd, const struct winsize *size)
{
    return ioctl(fd, TIOCSWINSZ, size);
}

/* ---- Sessions ---- */

pid_t
tcgetpgrp(int fd)
{
    pid_t pgid;

    return ioctl(fd, TIOCGPGRP, &pgid) < 0 ? -1 : pgid;
}

int
tcsetpgrp(int fd, pid_t pgid)
{
    return ioctl(fd, TIOCSPGRP, &pgid);
}

pid_t
tcgetsid(int fd)
{
    pid_t sid;

    return ioctl(fd, TIOCGSID, &sid) < 0 ? -1 : sid;
}

/* ---- Names ---- */

int
isatty(int fd)
{
    struct termios modes;

    return tcgetattr(fd, &modes) == 0;
}

/* The name that the file was opened by, if it still leads to that file. */
int
ttyname_r(int fd, char *buf, size_t size)
{
    char link[32];
    char name[NAME_SIZE];
    struct stat by_name;
    struct stat by_fd;

    if (!isatty(fd)) {
        return errno;
    }
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof(name) - 1);
    if (length < 0) {
        return errno;
    }
    name[length] = '\0';
    if (stat(name, &by_name) < 0 || fstat(fd, &by_fd) < 0
        || by_name.st_dev != by_fd.st_dev || by_name.st_ino != by_fd.st_ino) {
        return ENODEV;
    }
    if ((size_t)length >= size) {
        return ERANGE;
    }
    memcpy(buf, name, (size_t)length + 1);
    return 0;
}

char *
ttyname(int fd)
{
    static char name[NAME_SIZE];
    int error = ttyname_r(fd, name, sizeof(name));

    if (error != 0) {
        errno = error;
        return NULL;
    }
    return name;
}

char *
ctermid(char *buf)
{
    static char name[L_ctermid];

    return strcpy(buf != NULL ? buf : name, "/dev/tty");
}

/* ---- Pseudo-terminals ---- */

int
posix_openpt(int flags)
{
    return open("/dev/ptmx", flags);
}

/* The slave has the right owner and mode from the beginning. */
int
grantpt(int master)
{
    int number;

    return ioctl(master, TIOCGPTN, &number);
}

int
unlockpt(int master)
{
    int locked = 0;

    return ioctl(master, TIOCSPTLCK, &locked);
}

int
ptsname_r(int master, char *buf, size_t size)
{
    int number;

    if (ioctl(master, TIOCGPTN, &number) < 0) {
        return errno;
    }
    return (size_t)snprintf(buf, size, "/dev/pts/%d", number) < size ? 0
                                                                     : ERANGE;
}

char *
ptsname(int master)
{
    static char name[NAME_SIZE];
    int error = ptsname_r(master, name, sizeof(name));

    if (error != 0) {
        errno = error;
        return NULL;
    }
    return name;
}

int
openpty(int *master, int *slave, char *name, const struct termios *modes,
        const struct winsize *size)
{
    char path[NAME_SIZE];

    *master = posix_openpt(O_RDWR | O_NOCTTY);
    if (*master < 0) {
        return -1;
    }
    *slave = unlockpt(*master) < 0
                     || ptsname_r(*master, path, sizeof(path)) != 0
                 ? -1 : open(path, O_RDWR | O_NOCTTY);
    if (*slave < 0) {
        int error = errno;
        close(*master);
        errno = error;
        return -1;
    }
    if (name != NULL) {
        strcpy(name, path);
    }
    if (modes != NULL) {
        tcsetattr(*slave, TCSANOW, modes);
    }
    if (size != NULL) {
        tcsetwinsize(*slave, size);
    }
    return 0;
}

/* A new session with this terminal, which becomes descriptors 0 to 2. */
int
login_tty(int fd)
{
    setsid();
    if (ioctl(fd, TIOCSCTTY, 0UL) < 0) {
        return -1;
    }
    for (int i = 0; i < 3; i++) {
        dup2(fd, i);
    }
    if (fd > 2) {
        close(fd);
    }
    return 0;
}

pid_t
forkpty(int *master, char *name, const struct termios *modes,
        const struct winsize *size)
{
    int slave;

    if (openpty(master, &slave, name, modes, size) < 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(*master);
        if (login_tty(slave) < 0) {
            _exit(1);
        }
        return 0;
    }
    int error = errno;
    close(slave);
    if (pid < 0) {
        close(*master);
        errno = error;
    }
    return pid;
}
