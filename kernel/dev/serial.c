/*
 * The 16550 UART (National Semiconductor PC16550D data sheet), and the one at
 * COM1, the console's serial half: output by polling, input by interrupt.
 */
#include "core/console.h"

#include "arch/io.h"
#include "arch/percpu.h"

#include "dev/dev.h"

#define LINE 4

/* Offsets of registers, by the data sheet's names. */
#define DATA          0 /* RBR, THR; DLL while DLAB is set */
#define INTERRUPTS    1 /* IER; DLM while DLAB is set */
#define FIFO_CONTROL  2
#define LINE_CONTROL  3
#define MODEM_CONTROL 4
#define LINE_STATUS   5
#define SCRATCH       7

/* Interrupt at 14 bytes or after a pause: QEMU then gives up to 14 at once. */
#define FIFO_ON        0xc1
#define LINE_DLAB      0x80 /* the divisor shows in the first registers */
#define LINE_8N1       0x03
#define MODEM_READY    0x0b /* DTR, RTS, and OUT2: the interrupt's gate */
#define DIVISOR_115200 1

#define INTERRUPT_RECEIVED 0x01
#define STATUS_RECEIVED    0x01
#define STATUS_SEND_EMPTY  0x20
#define STATUS_ALL_SENT    0x40

bool
uart_init(u16 port)
{
    outb(port + SCRATCH, 0x5a);
    if (inb(port + SCRATCH) != 0x5a) {
        return false;
    }
    outb(port + INTERRUPTS, 0);
    outb(port + LINE_CONTROL, LINE_DLAB);
    outb(port + DATA, DIVISOR_115200);
    outb(port + INTERRUPTS, 0);
    outb(port + LINE_CONTROL, LINE_8N1);
    /* Switching the FIFO on would discard a byte that was received before.  So
     * if there is one, the FIFO stays off: each byte causes an interrupt. */
    if (!(inb(port + LINE_STATUS) & STATUS_RECEIVED)) {
        outb(port + FIFO_CONTROL, FIFO_ON);
    }
    outb(port + MODEM_CONTROL, MODEM_READY);
    return true;
}

void
uart_put(u16 port, u8 byte)
{
    while (!(inb(port + LINE_STATUS) & STATUS_SEND_EMPTY)) {
        cpu_wait(); /* a slow host must not delay the other CPUs */
    }
    outb(port + DATA, byte);
}

void
uart_flush(u16 port)
{
    while (!(inb(port + LINE_STATUS) & STATUS_ALL_SENT)) {
    }
}

static void
serial_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uart_put(COM1_PORT, (u8)text[i]);
    }
}

static void
serial_poll(void)
{
    while ((inb(COM1_PORT + LINE_STATUS) & STATUS_RECEIVED)
           && console_has_room()) {
        console_take((char)inb(COM1_PORT + DATA));
    }
}

static struct console_device device = {.write = serial_write};

void
serial_init(void)
{
    if (uart_init(COM1_PORT)) {
        device.poll = serial_poll;
        console_register(&device);
    }
}

void
serial_listen(void)
{
    if (device.poll != NULL) {
        irq_register(LINE, console_interrupt);
        outb(COM1_PORT + INTERRUPTS, INTERRUPT_RECEIVED);
    }
}
