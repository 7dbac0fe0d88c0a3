/*
 * The PS/2 keyboard, scan code set 1, US layout: from key presses to the bytes
 * that a terminal would send.
 */
#include "core/console.h"

#include "arch/io.h"
#include "arch/irq.h"

#include "dev/dev.h"

#define DATA_PORT   0x60
#define STATUS_PORT 0x64
#define STATUS_FULL 0x01
#define LINE        1

#define RELEASED    0x80 /* set in the code when a key goes up */
#define EXTENDED    0xe0 /* the next code is of the grey keys */

#define KEY_CONTROL   0x1d
#define KEY_SHIFT     0x2a
#define KEY_SHIFT_2   0x36
#define KEY_CAPS_LOCK 0x3a

static const char plain[] =
    "\0\0331234567890-=\177\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
    "\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

static bool shift, control, caps_lock, extended;

static void
send(const char *bytes)
{
    for (; *bytes != '\0'; bytes++) {
        if (console_input != NULL) {
            console_input(*bytes); /* no room: the key is lost, as on a PC */
        }
    }
}

/* The grey keys: what a VT100 or xterm sends for them. */
static void
press_extended(u8 code)
{
    switch (code) {
    case 0x48:
        send("\033[A");
        break;
    case 0x50:
        send("\033[B");
        break;
    case 0x4d:
        send("\033[C");
        break;
    case 0x4b:
        send("\033[D");
        break;
    case 0x47:
        send("\033[H");
        break;
    case 0x4f:
        send("\033[F");
        break;
    case 0x53:
        send("\033[3~");
        break;
    case 0x1c: /* Enter on the number pad */
        send("\r");
        break;
    default:
        break;
    }
}

static void
press(u8 code)
{
    char text[2] = "";

    if (code >= sizeof(plain)) {
        return;
    }
    char c = shift ? shifted[code] : plain[code];
    bool letter = plain[code] >= 'a' && plain[code] <= 'z';
    if (letter && caps_lock) {
        c ^= 0x20;
    }
    if (control && c >= '@' && c <= '~') {
        c &= 0x1f;
    } else if (c == '\n') {
        c = '\r'; /* the key is Return */
    }
    text[0] = c;
    if (c == '\0') {
        return;
    }
    send(text);
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
        shift = grey ? shift : down; /* grey keys pretend shifts */
        return;
    case KEY_CONTROL:
        control = down;
        return;
    case KEY_CAPS_LOCK:
        caps_lock ^= down;
        return;
    default:
        break;
    }
    if (down && grey) {
        press_extended(code);
    } else if (down) {
        press(code);
    }
}

static void
keyboard_interrupt(void)
{
    while (inb(STATUS_PORT) & STATUS_FULL) {
        take_code(inb(DATA_PORT));
    }
}

void
keyboard_init(void)
{
    for (int i = 0; i < 16 && (inb(STATUS_PORT) & STATUS_FULL); i++) {
        inb(DATA_PORT); /* keys typed at the boot loader */
    }
    irq_register(LINE, keyboard_interrupt);
}
