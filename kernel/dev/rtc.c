/*
 * The CMOS clock: read once, for the time of day at boot.  It must have
 * UTC, this century, 24 hours and BCD, as in QEMU and in PCs.
 */
#include "common/string.h"

#include "arch/clock.h"
#include "arch/io.h"

#include "dev/dev.h"

#define INDEX_PORT   0x70
#define DATA_PORT    0x71
#define REG_STATUS_A 0x0a
#define A_UPDATING   0x80

enum part { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, PARTS };

static u8
read_register(u8 number)
{
    outb(INDEX_PORT, number);
    return inb(DATA_PORT);
}

static void
read_parts(u8 parts[PARTS])
{
    static const u8 registers[PARTS] = {0, 2, 4, 7, 8, 9};

    while (read_register(REG_STATUS_A) & A_UPDATING) {
    }
    for (int i = 0; i < PARTS; i++) {
        u8 bcd = read_register(registers[i]);
        parts[i] = (u8)((bcd >> 4) * 10 + (bcd & 0x0f));
    }
}

/* Days from 1970-01-01 to a date of the Gregorian calendar.  A year is counted
 * from March, so that the leap day is its last day. */
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
    u8 now[PARTS], again[PARTS];

    do { /* until the clock is not updated between two reads */
        read_parts(now);
        read_parts(again);
    } while (memcmp(now, again, PARTS) != 0);

    u64 hours = days_since_1970(2000UL + now[YEAR], now[MONTH], now[DAY]) * 24
                + now[HOUR];
    u64 seconds = (hours * 60 + now[MINUTE]) * 60 + now[SECOND];
    clock_boot_realtime_ns = seconds * 1000000000 - clock_ns();
}
