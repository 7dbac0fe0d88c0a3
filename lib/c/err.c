/* Messages of a program about itself: `name: what: why`, as BSD has them. */
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c/internal.h"

const char *
program_name(void)
{
    const char *path = program_invocation_name;
    const char *slash = path == NULL ? NULL : strrchr(path, '/');

    return slash != NULL ? slash + 1 : path != NULL ? path : "?";
}

/* why is NULL if the system gave no reason. */
static void
message(const char *why, const char *fmt, va_list ap)
{
    fflush(stdout); /* so that the two come in order on a terminal */
    fprintf(stderr, "%s: ", program_name());
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "%s%s\n", why == NULL ? "" : ": ", why == NULL ? "" : why);
}

void
warn(const char *fmt, ...)
{
    const char *why = strerror(errno);
    va_list ap;

    va_start(ap, fmt);
    message(why, fmt, ap);
    va_end(ap);
}

void
warnx(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    message(NULL, fmt, ap);
    va_end(ap);
}

void
err(int status, const char *fmt, ...)
{
    const char *why = strerror(errno);
    va_list ap;

    va_start(ap, fmt);
    message(why, fmt, ap);
    va_end(ap);
    exit(status);
}

void
errx(int status, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    message(NULL, fmt, ap);
    va_end(ap);
    exit(status);
}
