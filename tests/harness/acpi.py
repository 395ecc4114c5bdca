"""tests/harness/acpi.py - firmware tables made by hand, good and bad.

What:  Tables() is what q35 has, in little: RSDP, XSDT, FADT with a DSDT, MADT,
       HPET. Its parts may be changed before blob() puts them together for an
       address; "sum" in a table's name is left wrong on purpose by bad_sum.
See:   ACPI Specification 6.5, section 5.2; QEMU's hw/i386 for the values
"""
import struct

PM1A_CONTROL, PM_TIMER = 0x604, 0x608
HPET_ADDRESS, IOAPIC_ADDRESS, LAPIC_ADDRESS = 0xfed00000, 0xfec00000, 0xfee00000
ENABLED = 1


def summed(data, at):
    """The bytes with the one at `at` so that all add up to zero."""
    data = bytearray(data)
    data[at] = 0
    data[at] = -sum(data) & 0xff
    return bytes(data)


def table(signature, body, length=None, bad_sum=False):
    size = 36 + len(body) if length is None else length
    head = struct.pack('<4sIBB6s8sI4sI', signature, size, 5, 0, b'NIDUS ', b'TESTED  ', 1,
                       b'TEST', 1)
    data = summed(head + body, 9)
    return data[:9] + bytes([data[9] ^ 0xff]) + data[10:] if bad_sum else data


def cpu(apic_id, flags=ENABLED):
    return struct.pack('<BBBBI', 0, 8, apic_id, apic_id, flags)


def ioapic(address=IOAPIC_ADDRESS):
    return struct.pack('<BBBBII', 1, 12, 0, 0, address, 0)


def override(source, gsi, flags=0):
    return struct.pack('<BBBBIH', 2, 10, 0, source, gsi, flags)


class Tables:
    """Pieces by name, each bytes; `extra` are more addresses in the root."""

    def __init__(self, cpus=2):
        self.madt = [cpu(n) for n in range(cpus)] + [ioapic(), override(0, 2)]
        self.wrong = {}                 # table name: arguments of table()
        self.at = {}                    # table name: where the root says it is
        self.hpet, self.pm_timer = HPET_ADDRESS, PM_TIMER
        self.s5 = b'\x08_S5_\x12\x06\x04\x00\x00\x00\x00'
        self.fadt_bytes = None          # cut short after so many
        self.rsdp_sum = True
        self.pm1a = PM1A_CONTROL

    def for_bochs(self):
        """Its power registers are those of a PIIX4."""
        self.pm1a, self.pm_timer = 0xb004, 0xb008
        return self

    def fadt(self, dsdt):
        body = bytearray(244 - 36)

        def put(offset, form, value):
            struct.pack_into(form, body, offset - 36, value)
        put(40, '<I', dsdt)
        put(64, '<I', self.pm1a)
        put(76, '<I', self.pm_timer)
        put(89, '<B', 2)
        put(91, '<B', 4)
        return bytes(body if self.fadt_bytes is None else body[:self.fadt_bytes])

    def blob(self, base):
        """Everything, to be loaded at this address; the RSDP comes first."""
        out = bytearray(4096)
        places = {}

        def put(name, signature, body):
            places[name] = self.at.get(name, base + len(out))
            out.extend(table(signature, body, **self.wrong.get(name, {})))
            out.extend(bytes(-len(out) % 64))
        put('DSDT', b'DSDT', self.s5)
        put('FADT', b'FACP', self.fadt(places['DSDT']))
        put('MADT', b'APIC', struct.pack('<II', LAPIC_ADDRESS, 1) + b''.join(self.madt))
        put('HPET', b'HPET', struct.pack('<IBBBBQBHB', 0x8086a201, 0, 64, 0, 0, self.hpet,
                                         0, 0, 0))
        roots = [places[name] for name in ('FADT', 'MADT', 'HPET')]
        put('XSDT', b'XSDT', struct.pack(f'<{len(roots)}Q', *roots))
        rsdp = struct.pack('<8sB6sBIIQB3x', b'RSD PTR ', 0, b'NIDUS ', 2, 0, 36,
                           places['XSDT'], 0)
        rsdp = summed(summed(rsdp[:20], 8) + rsdp[20:], 32)
        if not self.rsdp_sum:
            rsdp = rsdp[:8] + bytes([rsdp[8] ^ 0x55]) + rsdp[9:]
        out[:len(rsdp)] = rsdp
        return bytes(out)
