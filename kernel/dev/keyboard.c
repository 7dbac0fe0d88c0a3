/*
 * The PS/2 keyboard, scan code set 1, US layout: from key presses to the bytes
 * that a terminal would send.
 */
#include "core/console.h"

#include "arch/io.h"

#include "dev/dev.h"

#define DATA_PORT   0x60
#define STATUS_PORT 0x64
#define STATUS_FULL 0x01
#define LINE        1

#define RELEASED    0x80 /* set in the code when a key goes up */
#define EXTENDED    0xe0 /* the next code is that of a grey key */

#define KEY_ENTER     0x1c
#define KEY_CONTROL   0x1d
#define KEY_SHIFT     0x2a
#define KEY_SHIFT_2   0x36
#define KEY_CAPS_LOCK 0x3a

static const char plain[] =
    "\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
    "\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

static bool shift, control, caps_lock, extended;

/* What a VT100 or xterm sends for the grey keys, from code 0x47 on. */
#define GREY_FIRST 0x47
static const char *const grey_keys[] = {
    "\033[H", "\033[A", NULL, NULL, "\033[D", NULL, "\033[C",
    NULL, "\033[F", "\033[B", NULL, NULL, "\033[3~",
};

static void
press_grey(u8 code)
{
    const char *bytes = code == KEY_ENTER ? "\r" : NULL;

    if (code >= GREY_FIRST && code < GREY_FIRST + ARRAY_SIZE(grey_keys)) {
        bytes = grey_keys[code - GREY_FIRST];
    }
    for (; bytes != NULL && *bytes != '\0'; bytes++) {
        console_take(*bytes);
    }
}

static void
press(u8 code)
{
    char c = code >= sizeof(plain) ? '\0'
             : shift               ? shifted[code]
                                   : plain[code];
    bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

    if (letter && caps_lock) {
        c ^= 0x20;
    }
    if (control && c >= '@' && c <= '~') {
        c &= 0x1f;
    }
    if (c != '\0') {
        console_take(c);
    }
}

static void
take_code(u8 code)
{
    bool down = !(code & RELEASED);
    bool grey = extended;

    extended = code == EXTENDED;
    if (extended) {
        return;
    }
    switch (code & ~RELEASED) {
    case KEY_SHIFT:
    case KEY_SHIFT_2:
        shift = grey ? shift : down; /* grey keys send fake shifts: ignore */
        return;
    case KEY_CONTROL:
        control = down;
        return;
    case KEY_CAPS_LOCK:
        caps_lock ^= down;
        return;
    }
    if (down && grey) {
        press_grey(code);
    } else if (down) {
        press(code);
    }
}

static void
keyboard_poll(void)
{
    while ((inb(STATUS_PORT) & STATUS_FULL) && console_has_room()) {
        take_code(inb(DATA_PORT));
    }
}

void
keyboard_init(void)
{
    static struct console_device device = {.poll = keyboard_poll};

    console_register(&device);
    irq_register(LINE, console_interrupt);
}
