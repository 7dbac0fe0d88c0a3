/*
 * VGA text mode as it is after boot: 80 x 25 cells of two bytes at 0xb8000.
 */
#include "core/console.h"

#include "arch/io.h"

#include "dev/dev.h"

#define SCREEN     0xb8000
#define COLUMNS    80
#define ROWS       25
#define BLANK      0x0720 /* a space, light grey on black */
#define TAB_STOP   8

/* The control sequences of our programs, each byte a digit.  One begins with
 * ESC [ and ends with the first byte from @ on; what others say is ignored. */
#define CSI          0x1b5b
#define CURSOR_UP    0x1b5b41   /* ESC [ A */
#define CURSOR_HOME  0x1b5b48   /* ESC [ H */
#define ERASE_SCREEN 0x1b5b324a /* ESC [ 2 J */

#define CRTC_INDEX       0x3d4
#define CRTC_DATA        0x3d5
#define CRTC_CURSOR_HIGH 0x0e
#define CRTC_CURSOR_LOW  0x0f

static volatile u16 *cells;
static unsigned row, column;
static u32 sequence; /* its last four bytes, until it ends; then 0 */

static void
show_cursor(void)
{
    unsigned at = row * COLUMNS + column;

    outb(CRTC_INDEX, CRTC_CURSOR_HIGH);
    outb(CRTC_DATA, (u8)(at >> 8));
    outb(CRTC_INDEX, CRTC_CURSOR_LOW);
    outb(CRTC_DATA, (u8)at);
}

static void
scroll(unsigned rows)
{
    for (unsigned i = 0; i < ROWS * COLUMNS; i++) {
        cells[i] = i < (ROWS - rows) * COLUMNS ? cells[i + rows * COLUMNS]
                                               : BLANK;
    }
}

static void
new_line(void)
{
    if (row < ROWS - 1) {
        row++;
    } else {
        scroll(1);
    }
}

static void
continue_sequence(u8 byte)
{
    sequence = sequence << 8 | byte;
    row -= sequence == CURSOR_UP && row > 0;
    if (sequence == CURSOR_HOME) {
        row = column = 0;
    } else if (sequence == ERASE_SCREEN) {
        scroll(ROWS);
    }
    sequence = sequence != CSI && byte >= '@' ? 0 : sequence;
}

static void
put(u8 byte)
{
    if (sequence != 0 && byte >= ' ') {
        continue_sequence(byte);
        return;
    }
    switch (byte) {
    case '\033':
        sequence = byte;
        break;
    case '\n':
        new_line();
        break;
    case '\r':
        column = 0;
        break;
    case '\b':
        column -= column > 0;
        break;
    case '\t':
        column = MIN(column - column % TAB_STOP + TAB_STOP, COLUMNS - 1);
        break;
    default:
        if (byte < ' ') {
            return;
        }
        if (column == COLUMNS) {
            column = 0;
            new_line();
        }
        cells[row * COLUMNS + column++] = (u16)(BLANK & 0xff00) | byte;
    }
}

static void
vga_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        put((u8)text[i]);
    }
    show_cursor();
}

void
vga_init(void)
{
    static struct console_device device = {.write = vga_write};

    cells = device_memory(SCREEN);
    cells[0] = BLANK;
    if (cells[0] != BLANK) {
        return; /* memory reads back as something else: no adapter */
    }
    scroll(ROWS);
    console_register(&device);
}
