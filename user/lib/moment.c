/* A moment from text: @SECONDS, or a date and perhaps a time, in UTC. */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <time.h>

#include "lib/tool.h"

/* Read `digits` digits. => behind them and the text `after`, or NULL */
static const char *
field(const char *text, int digits, const char *after, int *value)
{
    *value = 0;
    while (digits-- > 0) {
        if (!isdigit(*text)) {
            return NULL;
        }
        *value = 10 * *value + (*text++ - '0');
    }
    for (; *after != '\0'; after++) {
        if (*text++ != *after) {
            return NULL;
        }
    }
    return text;
}

/* => behind the time of day, or NULL */
static const char *
read_clock(const char *text, struct tm *tm)
{
    text = field(text, 2, ":", &tm->tm_hour);
    text = text == NULL ? NULL : field(text, 2, "", &tm->tm_min);
    if (text != NULL && *text == ':') {
        text = field(text + 1, 2, "", &tm->tm_sec);
    }
    return text != NULL && *text == 'Z' ? text + 1 : text;
}

bool
time_parse(const char *text, struct timespec *moment)
{
    struct tm tm = {0};
    char *end;
    const char *at = field(text, 4, "-", &tm.tm_year);

    at = at == NULL ? NULL : field(at, 2, "-", &tm.tm_mon);
    at = at == NULL ? NULL : field(at, 2, "", &tm.tm_mday);
    if (at != NULL && (*at == 'T' || *at == ' ')) {
        at = read_clock(at + 1, &tm);
    }
    tm.tm_year -= 1900;
    tm.tm_mon--;
    struct tm same = tm;
    *moment = (struct timespec){0};
    if (at != NULL && *at == '\0') {
        moment->tv_sec = timegm(&tm);
        /* timegm changes a day that does not exist, such as February 30. */
        if (tm.tm_mday == same.tm_mday && tm.tm_mon == same.tm_mon &&
            tm.tm_min == same.tm_min && tm.tm_sec == same.tm_sec) {
            return true;
        }
    } else if (*text == '@' && (isdigit(text[1]) || text[1] == '-')) {
        moment->tv_sec = strtol(text + 1, &end, 10);
        if (*end == '\0') {
            return true;
        }
    }
    warnx("%s: not a date", text);
    return false;
}
