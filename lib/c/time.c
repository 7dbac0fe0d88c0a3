/*
 * Seconds since 1970 as a date, in UTC. Essential fact: years are counted from
 * March 1 of the year 0, so that a leap day is a year's last, and 400 years
 * have always 146,097 days.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY 86400
#define DAYS_BEFORE_1970 719468 /* since March 1 of the year 0 */
#define ERA 146097

static const char days[] = "Sunday\0   Monday\0   Tuesday\0  Wednesday\0"
                           "Thursday\0 Friday\0   Saturday";
static const char months[] = "January\0  February\0 March\0    April\0    "
                             "May\0      June\0     July\0     August\0   "
                             "September\0October\0  November\0 December";

static bool
is_leap(long year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The days from March 1 to the first of a month, March being 0. */
static long
days_to_month(long month)
{
    return (153 * month + 2) / 5;
}

struct tm *
gmtime_r(const time_t *restrict seconds, struct tm *restrict tm)
{
    long second = *seconds % DAY;
    long day = *seconds / DAY;

    if (second < 0) {
        second += DAY;
        day--;
    }
    *tm = (struct tm){
        .tm_sec = (int)(second % 60),
        .tm_min = (int)(second / 60 % 60),
        .tm_hour = (int)(second / 3600),
        .tm_wday = (int)(((day + 4) % 7 + 7) % 7),
    };
    day += DAYS_BEFORE_1970;
    long era = (day >= 0 ? day : day - ERA + 1) / ERA;
    long in_era = day - era * ERA;
    long year = (in_era - in_era / 1460 + in_era / 36524 -
                 in_era / (ERA - 1)) / 365;
    long in_year = in_era - (365 * year + year / 4 - year / 100);
    long month = (5 * in_year + 2) / 153;
    tm->tm_mday = (int)(in_year - days_to_month(month)) + 1;
    tm->tm_mon = (int)(month + 2) % 12;
    year += era * 400 + (month >= 10);
    tm->tm_year = (int)(year - 1900);
    tm->tm_yday = (int)(month >= 10 ? in_year - 306
                                    : in_year + 59 + is_leap(year));
    return tm;
}

/* Fields that are too large or too small move the others, as in mktime. */
time_t
timegm(struct tm *tm)
{
    long month = tm->tm_mon - 2 + 12L * tm->tm_year;
    long year = (month >= 0 ? month : month - 11) / 12;
    month -= year * 12;
    year += 1900;
    long day = 365 * year + year / 4 - year / 100 + year / 400 +
               days_to_month(month) + tm->tm_mday - 1 - DAYS_BEFORE_1970;
    time_t seconds = day * DAY + tm->tm_hour * 3600L + tm->tm_min * 60L +
                     tm->tm_sec;
    gmtime_r(&seconds, tm);
    return seconds;
}

/* There is no zone but UTC. */
time_t
mktime(struct tm *tm)
{
    return timegm(tm);
}

struct tm *
localtime_r(const time_t *restrict seconds, struct tm *restrict tm)
{
    return gmtime_r(seconds, tm);
}

struct tm *
gmtime(const time_t *seconds)
{
    static struct tm tm;

    return gmtime_r(seconds, &tm);
}

struct tm *
localtime(const time_t *seconds)
{
    return gmtime(seconds);
}

char *
asctime(const struct tm *tm)
{
    static char text[64];

    strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y\n", tm);
    return text;
}

char *
ctime(const time_t *seconds)
{
    return asctime(gmtime(seconds));
}

double
difftime(time_t later, time_t earlier)
{
    return (double)(later - earlier);
}

/* The format that a letter abbreviates; NULL if it is no abbreviation. */
static const char *
abbreviated(char letter)
{
    switch (letter) {
    case 'c':
        return "%a %b %e %H:%M:%S %Y";
    case 'D':
    case 'x':
        return "%m/%d/%y";
    case 'F':
        return "%Y-%m-%d";
    case 'r':
        return "%I:%M:%S %p";
    case 'R':
        return "%H:%M";
    case 'T':
    case 'X':
        return "%H:%M:%S";
    default:
        return NULL;
    }
}

/* The number that a letter stands for, and its digits; 0 if it is none. */
static int
number(char letter, const struct tm *tm, int *digits)
{
    int year = tm->tm_year + 1900;

    *digits = letter == 'j' ? 3 : strchr("quwY", letter) != NULL ? 1 : 2;
    switch (letter) {
    case 'C':
        return year / 100;
    case 'd':
    case 'e':
        return tm->tm_mday;
    case 'H':
    case 'k':
        return tm->tm_hour;
    case 'I':
    case 'l':
        return (tm->tm_hour + 11) % 12 + 1;
    case 'j':
        return tm->tm_yday + 1;
    case 'm':
        return tm->tm_mon + 1;
    case 'M':
        return tm->tm_min;
    case 'q':
        return tm->tm_mon / 3 + 1;
    case 'S':
        return tm->tm_sec;
    case 'u':
        return (tm->tm_wday + 6) % 7 + 1;
    case 'w':
        return tm->tm_wday;
    case 'y':
        return (year % 100 + 100) % 100;
    case 'Y':
        return year;
    default:
        *digits = 0;
        return 0;
    }
}

/* One letter as text. => its length, as snprintf's */
static int
field(char *text, size_t size, char letter, const struct tm *tm)
{
    int digits;
    int value = number(letter, tm, &digits);
    struct tm copy = *tm;

    if (digits > 0) {
        bool blank = strchr("ekl", letter) != NULL; /* instead of a zero */
        return snprintf(text, size, blank ? "%*d" : "%0*d", digits, value);
    }
    switch (letter) {
    case 'a':
        return snprintf(text, size, "%.3s", days + 10 * tm->tm_wday);
    case 'A':
        return snprintf(text, size, "%s", days + 10 * tm->tm_wday);
    case 'b':
    case 'h':
        return snprintf(text, size, "%.3s", months + 10 * tm->tm_mon);
    case 'B':
        return snprintf(text, size, "%s", months + 10 * tm->tm_mon);
    case 'n':
        return snprintf(text, size, "\n");
    case 'p':
        return snprintf(text, size, "%s", tm->tm_hour < 12 ? "AM" : "PM");
    case 's':
        return snprintf(text, size, "%ld", timegm(&copy));
    case 't':
        return snprintf(text, size, "\t");
    case 'z':
        return snprintf(text, size, "+0000");
    case 'Z':
        return snprintf(text, size, "UTC");
    case '%':
        return snprintf(text, size, "%%");
    default:
        return snprintf(text, size, "%%%c", letter);
    }
}

size_t
strftime(char *restrict text, size_t size, const char *restrict format,
         const struct tm *restrict tm)
{
    size_t at = 0;

    for (; *format != '\0' && at < size; format++) {
        if (*format != '%' || format[1] == '\0') {
            text[at++] = *format;
            continue;
        }
        const char *longer = abbreviated(*++format);
        at += longer != NULL ? strftime(text + at, size - at, longer, tm)
                             : (size_t)field(text + at, size - at, *format, tm);
    }
    if (at >= size) {
        return 0;
    }
    text[at] = '\0';
    return at;
}
