/*
 * The 16550 UART at COM1, the console's serial half: output by polling, input
 * by interrupt.
 *
 * Essential fact: if the receiver of input has no room, the byte is held here
 * and the receive interrupt is turned off.  The UART's FIFO then fills, QEMU
 * takes no more from the host, and nothing is lost.
 */
#include "core/console.h"
#include "core/spin.h"

#include "arch/io.h"
#include "arch/irq.h"

#include "dev/dev.h"
#include "dev/uart.h"

#define PORT COM1_PORT
#define LINE 4

static struct spinlock input_lock = SPINLOCK_INIT(RANK_INPUT);
static bool present;
static bool holding; /* a byte was refused, and is in held */
static char held;

static void
serial_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uart_put(PORT, (u8)text[i]);
    }
}

/* Offer a byte to the receiver, or hold it.  => input_lock held */
static bool
offer(char byte)
{
    bool taken = console_input != NULL && console_input(byte);

    holding = !taken;
    held = byte;
    return taken;
}

/* Hand in what has come, until the receiver has no more room. */
static void
drain(void)
{
    u64 flags = spin_lock_irq(&input_lock);
    bool room = !holding || offer(held);

    while (room && (inb(PORT + UART_LINE_STATUS) & LINE_DATA_READY)) {
        room = offer((char)inb(PORT + UART_DATA));
    }
    outb(PORT + UART_INTERRUPTS, room ? INTERRUPT_RECEIVED : 0);
    spin_unlock_irq(&input_lock, flags);
}

static void
serial_interrupt(void)
{
    inb(PORT + UART_INTERRUPT_ID); /* reading it acknowledges */
    drain();
}

/* Called after each read of input, so the usual case must be cheap. */
static void
serial_resume(void)
{
    if (__atomic_load_n(&holding, __ATOMIC_SEQ_CST)) {
        drain();
    }
}

void
serial_init(void)
{
    static struct console_device device = {.write = serial_write};

    present = uart_init(PORT);
    if (present) {
        console_register(&device);
    }
}

void
serial_listen(void)
{
    if (present) {
        console_resume = serial_resume;
        irq_register(LINE, serial_interrupt);
        outb(PORT + UART_INTERRUPTS, INTERRUPT_RECEIVED);
    }
}
