/*
 * test and [: a builtin of the shell, and the program /bin/test.
 *
 * Essential fact: up to four arguments their number says what each one is, so
 * that a value such as "(" or "-f" is taken for what it is; more are read as
 * an expression with -a, -o and parentheses.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared.h"

struct test {
    char **at;
    char **end;
    bool failed;
};

static bool one_of_or(struct test *t);
static bool by_count(struct test *t, int count);

static bool
fail(struct test *t, const char *what, const char *problem)
{
    if (!t->failed) {
        dprintf(STDERR_FILENO, "test: %s: %s\n", what, problem);
    }
    t->failed = true;
    return false;
}

static long
number(struct test *t, const char *text)
{
    char *end;

    errno = 0;
    long n = strtol(text, &end, 10);
    end += strspn(end, " \t\n");
    if (*end != '\0' || *text == '\0' || errno == ERANGE) {
        fail(t, text, "not a number");
    }
    return n;
}

static bool
is_unary(const char *op)
{
    return op[0] == '-' && op[1] != '\0' && op[2] == '\0' &&
           strchr("bcdefghkLnprSstuwxz", op[1]) != NULL;
}

static bool
unary(struct test *t, char op, const char *arg)
{
    static const char types[] = "bcdfpS";
    static const mode_t modes[] = {
        S_IFBLK, S_IFCHR, S_IFDIR, S_IFREG, S_IFIFO, S_IFSOCK,
    };
    const char *type = strchr(types, op);
    struct stat st;
    bool there = stat(arg, &st) == 0;

    if (type != NULL) {
        return there && (st.st_mode & S_IFMT) == modes[type - types];
    }
    switch (op) {
    case 'n': return *arg != '\0';
    case 'z': return *arg == '\0';
    case 't': return isatty((int)number(t, arg));
    case 'r': return access(arg, R_OK) == 0;
    case 'w': return access(arg, W_OK) == 0;
    case 'x': return access(arg, X_OK) == 0;
    case 'g': return there && (st.st_mode & S_ISGID) != 0;
    case 'k': return there && (st.st_mode & S_ISVTX) != 0;
    case 'u': return there && (st.st_mode & S_ISUID) != 0;
    case 's': return there && st.st_size > 0;
    case 'e': return there;
    default: return lstat(arg, &st) == 0 && S_ISLNK(st.st_mode);
    }
}

/* Which file was changed later; one that is there is newer than none. */
static bool
is_newer(const char *a, const char *b)
{
    struct stat x;
    struct stat y;

    if (stat(a, &x) < 0) {
        return false;
    }
    if (stat(b, &y) < 0) {
        return true;
    }
    return x.st_mtim.tv_sec != y.st_mtim.tv_sec
               ? x.st_mtim.tv_sec > y.st_mtim.tv_sec
               : x.st_mtim.tv_nsec > y.st_mtim.tv_nsec;
}

static bool
is_same(const char *a, const char *b)
{
    struct stat x;
    struct stat y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static const char *const binaries[] = {
    "=", "!=", "==", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge",
    "-nt", "-ot", "-ef", NULL,
};

static int
find_binary(const char *op)
{
    int i = 0;

    while (binaries[i] != NULL && strcmp(binaries[i], op) != 0) {
        i++;
    }
    return binaries[i] == NULL ? -1 : i;
}

static bool
binary(struct test *t, const char *a, int op, const char *b)
{
    if (op < 5) {
        int order = strcmp(a, b);
        return op == 1   ? order != 0
               : op == 3 ? order < 0
               : op == 4 ? order > 0
                         : order == 0;
    }
    if (op >= 11) {
        return op == 11   ? is_newer(a, b)
               : op == 12 ? is_newer(b, a)
                          : is_same(a, b);
    }
    long x = number(t, a);
    long y = number(t, b);
    switch (op) {
    case 5: return x == y;
    case 6: return x != y;
    case 7: return x < y;
    case 8: return x <= y;
    case 9: return x > y;
    default: return x >= y;
    }
}

/* ! primary | ( expression ) | a op b | op a | a */
static bool
primary(struct test *t)
{
    long left = t->end - t->at;
    char **at = t->at;

    if (left <= 0) {
        return fail(t, "expression", "an argument is missing");
    }
    if (left >= 3 && find_binary(at[1]) >= 0) {
        t->at += 3;
        return binary(t, at[0], find_binary(at[1]), at[2]);
    }
    t->at++;
    if (strcmp(at[0], "!") == 0 && left > 1) {
        return !primary(t);
    }
    if (strcmp(at[0], "(") == 0 && left > 1) {
        bool result = one_of_or(t);
        if (t->at == t->end || strcmp(*t->at++, ")") != 0) {
            return fail(t, "(", "is not closed");
        }
        return result;
    }
    if (is_unary(at[0]) && left >= 2) {
        t->at++;
        return unary(t, at[0][1], at[1]);
    }
    return *at[0] != '\0';
}

static bool
all_of_and(struct test *t)
{
    bool result = primary(t);

    while (!t->failed && t->at < t->end && strcmp(*t->at, "-a") == 0) {
        t->at++;
        result = primary(t) && result;
    }
    return result;
}

static bool
one_of_or(struct test *t)
{
    bool result = all_of_and(t);

    while (!t->failed && t->at < t->end && strcmp(*t->at, "-o") == 0) {
        t->at++;
        result = all_of_and(t) || result;
    }
    return result;
}

/* The expression without its first word and its last `cut` ones. */
static bool
inside(struct test *t, int count, int cut)
{
    struct test inner = {t->at + 1, t->end - cut, false};
    bool result = by_count(&inner, count - 1 - cut);

    t->failed = inner.failed;
    t->at = t->end;
    return result;
}

static bool
by_count(struct test *t, int count)
{
    char **arg = t->at;

    if (count == 3 && find_binary(arg[1]) >= 0) {
        t->at += 3;
        return binary(t, arg[0], find_binary(arg[1]), arg[2]);
    }
    if (count == 3 && (strcmp(arg[1], "-a") == 0 ||
                       strcmp(arg[1], "-o") == 0)) {
        return one_of_or(t);
    }
    if (count >= 2 && count <= 4 && strcmp(arg[0], "!") == 0) {
        return !inside(t, count, 0);
    }
    if ((count == 3 || count == 4) && strcmp(arg[0], "(") == 0 &&
        strcmp(arg[count - 1], ")") == 0) {
        return inside(t, count, 1);
    }
    if (count == 1) {
        t->at++;
        return *arg[0] != '\0';
    }
    if (count == 2 && !is_unary(arg[0])) {
        return fail(t, arg[0], "unknown operator");
    }
    return one_of_or(t);
}

int
test_main(int argc, char **argv)
{
    size_t length = strlen(argv[0]);
    struct test t = {argv + 1, argv + argc, false};

    if (length > 0 && argv[0][length - 1] == '[') {
        if (strcmp(argv[argc - 1], "]") != 0) {
            fail(&t, "[", "] is missing");
            return 2;
        }
        t.end--;
    }
    if (t.at == t.end) {
        return 1;
    }
    bool result = by_count(&t, (int)(t.end - t.at));
    if (t.at < t.end) {
        fail(&t, *t.at, "unexpected");
    }
    return t.failed ? 2 : !result;
}
