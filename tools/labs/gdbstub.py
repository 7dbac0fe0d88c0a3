"""QEMU's gdb stub, as far as the referee needs it: breakpoints, registers, and
memory by physical address."""

import re
import socket

PIECE = 2048        # bytes of memory in one answer


class Gone(Exception):
    """The machine has ended, or has to."""


class Stub:
    def __init__(self, path, idle):
        """idle(socket): waits until the socket has something, or a moment,
        and does what else there is to do. It may raise Gone."""
        self.idle = idle
        self.buffer = b""
        self.socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self.socket.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                idle(None)
        self.socket.setblocking(False)
        self.ask("qSupported:xmlRegisters=i386")
        self.cr3 = self.register_number("cr3")
        self.expect("Qqemu.PhyMemMode:1")

    def fileno(self):
        return self.socket.fileno()

    def close(self):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            raise Gone("the machine has ended") from None

    def receive(self):
        """=> the next packet"""
        while True:
            found = re.search(rb"\$([^#]*)#..", self.buffer, re.S)
            if found:
                self.buffer = self.buffer[found.end():]
                if found[1][:1] not in b"WX":   # then nobody is there
                    self.send(b"+")
                return found[1].decode("latin-1")
            self.idle(self.socket)
            try:
                data = self.socket.recv(65536)
            except BlockingIOError:
                continue
            except ConnectionResetError:
                data = b""
            if not data:
                raise Gone("the machine has ended")
            self.buffer += data

    def ask(self, text):
        data = text.encode()
        self.send(b"$%s#%02x" % (data, sum(data) & 0xff))
        return self.receive()

    def expect(self, text):
        answer = self.ask(text)
        if answer != "OK":
            raise RuntimeError(f"QEMU's gdb stub says {answer!r} to {text}")

    def description(self, name):
        text = ""
        while True:
            answer = self.ask(f"qXfer:features:read:{name}:"
                              f"{len(text):x},800")
            text += answer[1:]
            if answer[:1] != "m":
                return text

    def register_number(self, name):
        """Registers have the numbers of their order in the description."""
        number = 0
        for part in re.findall(r'<xi:include href="([^"]+)"',
                               self.description("target.xml")):
            text = re.sub(r"<!--.*?-->", "", self.description(part),
                          flags=re.S)
            for found in re.finditer(r"<reg ([^>]*)>", text):
                given = re.search(r'regnum="(\d+)"', found[1])
                number = int(given[1]) if given else number
                if f'name="{name}"' in found[1]:
                    return number
                number += 1
        raise RuntimeError(f"QEMU's gdb stub knows no register {name}")

    def register(self, number):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}"))[:8],
                              "little")

    def stop_at(self, address):
        self.expect(f"Z0,{address:x},1")

    def run_over(self, address):
        self.expect(f"z0,{address:x},1")

    def go_on(self):
        """=> where it stops: the program counter"""
        answer = self.ask("c")
        if not answer.startswith("T"):
            raise Gone("the machine has ended")
        return self.register(16)

    def physical(self, address, size):
        data = b""
        while len(data) < size:
            piece = min(PIECE, size - len(data))
            answer = self.ask(f"m{address + len(data):x},{piece:x}")
            if answer.startswith("E"):
                raise Gone(f"there is no physical memory at {address:#x}")
            data += bytes.fromhex(answer)
        return data
