/*
 * The CMOS clock: read once, to know the time of day at boot.  It is taken to
 * run in UTC, as QEMU's does.
 */
#include "common/string.h"

#include "arch/clock.h"
#include "arch/io.h"

#include "dev/dev.h"

#define INDEX_PORT 0x70
#define DATA_PORT  0x71

#define REG_STATUS_A 0x0a
#define REG_STATUS_B 0x0b
#define REG_CENTURY  0x32

#define A_UPDATING   0x80
#define B_24_HOURS   0x02
#define B_BINARY     0x04
#define HOUR_PM      0x80

/* Where the parts of the time stand, most significant last. */
enum part { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, CENTURY, PARTS };

static const u8 registers[PARTS] = {0, 2, 4, 7, 8, 9, REG_CENTURY};

static u8
read_register(u8 number)
{
    outb(INDEX_PORT, number);
    return inb(DATA_PORT);
}

static void
read_parts(u8 parts[PARTS])
{
    while (read_register(REG_STATUS_A) & A_UPDATING) {
    }
    for (int i = 0; i < PARTS; i++) {
        parts[i] = read_register(registers[i]);
    }
}

/* From BCD and 12 hours, if that is how it counts, to plain numbers. */
static void
decode(u8 parts[PARTS], u8 status_b)
{
    bool pm = !(status_b & B_24_HOURS) && (parts[HOUR] & HOUR_PM);

    parts[HOUR] &= ~HOUR_PM;
    for (int i = 0; i < PARTS && !(status_b & B_BINARY); i++) {
        parts[i] = (u8)((parts[i] >> 4) * 10 + (parts[i] & 0x0f));
    }
    if (!(status_b & B_24_HOURS)) {
        parts[HOUR] = (u8)(parts[HOUR] % 12 + (pm ? 12 : 0));
    }
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; the year is
 * counted from March, so that the leap day is its last. */
static u64
days_since_1970(u64 year, u64 month, u64 day)
{
    u64 y = month > 2 ? year : year - 1;
    u64 months_since_march = (month + 9) % 12;
    u64 day_of_year = (153 * months_since_march + 2) / 5 + day - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

void
rtc_init(void)
{
    u8 parts[PARTS], again[PARTS];

    do { /* an update may come in between */
        read_parts(parts);
        read_parts(again);
    } while (memcmp(parts, again, PARTS) != 0);
    decode(parts, read_register(REG_STATUS_B));

    u64 century = parts[CENTURY] != 0 ? parts[CENTURY] : 20;
    u64 seconds = days_since_1970(century * 100 + parts[YEAR], parts[MONTH],
                                  parts[DAY]);
    seconds = ((seconds * 24 + parts[HOUR]) * 60 + parts[MINUTE]) * 60
              + parts[SECOND];
    clock_boot_realtime_ns = seconds * 1000000000 - clock_ns();
}
