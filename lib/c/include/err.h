#pragma once

/*
 * Messages to stderr, as BSD has them: the program's name, the text, and, if
 * the name does not end in x, what errno says. err and errx then exit.
 */

void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void err(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
_Noreturn void errx(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
