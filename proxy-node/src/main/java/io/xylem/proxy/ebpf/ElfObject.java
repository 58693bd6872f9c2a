package io.xylem.proxy.ebpf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * What clang made for the target {@code bpfel}: sections, symbols, and the places where a program names a map. A part of
 * ELF64 that is enough for files of this build, and nothing else is read with it.
 */
final class ElfObject {
    // elf.h
    private static final int HEADER_SECTIONS_AT = 0x28;
    private static final int HEADER_SECTION_COUNT_AT = 0x3c;
    private static final int HEADER_NAMES_AT = 0x3e;
    private static final int SECTION_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int RELOCATION_BYTES = 16;
    private static final int TYPE_SYMBOLS = 2;
    private static final int TYPE_RELOCATIONS = 9;
    /** {@code R_BPF_64_64}: a 64-bit load of the address of a symbol, here always a map. */
    private static final int LOAD_ADDRESS = 1;

    /** @param info of relocations: the section that they are for */
    record Section(int index, String name, int type, int link, int info, ByteBuffer content) {}

    /** @param value its place in the section */
    record Symbol(String name, int section, int value) {}

    /** @param at where in the section the instruction is */
    record Relocation(int at, Symbol symbol) {}

    private final ByteBuffer file;
    private final List<Section> sections = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();

    /** @throws IOException when it is none */
    ElfObject(byte[] bytes) throws IOException {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        // The magic number, 64 bits, little-endian
        if (bytes.length < SECTION_BYTES || file.getInt(0) != 0x464c457f || bytes[4] != 2 || bytes[5] != 1) {
            throw new IOException("the BPF programs are no little-endian ELF64 file");
        }
        try {
            readSections();
            readSymbols();
        } catch (IndexOutOfBoundsException e) {
            throw new IOException("the file of the BPF programs is damaged", e);
        }
    }

    private void readSections() {
        int at = (int) file.getLong(HEADER_SECTIONS_AT);
        int count = file.getShort(HEADER_SECTION_COUNT_AT);
        int namesAt = offset(at + file.getShort(HEADER_NAMES_AT) * SECTION_BYTES);
        for (int i = 0; i < count; i++) {
            int header = at + i * SECTION_BYTES;
            sections.add(new Section(
                    i,
                    text(namesAt + file.getInt(header)),
                    file.getInt(header + 4),
                    file.getInt(header + 40),
                    file.getInt(header + 44),
                    slice(offset(header), (int) file.getLong(header + 32))));
        }
    }

    private int offset(int sectionHeader) {
        return (int) file.getLong(sectionHeader + 24);
    }

    private void readSymbols() {
        for (Section section : sections) {
            if (section.type == TYPE_SYMBOLS) {
                ByteBuffer names = sections.get(section.link).content;
                for (int at = 0; at < section.content.limit(); at += SYMBOL_BYTES) {
                    symbols.add(
                            new Symbol(text(names, section.content.getInt(at)), section.content.getShort(at + 6), (int)
                                    section.content.getLong(at + 8)));
                }
            }
        }
    }

    /** The section of this name, which the build of the programs puts there. */
    Section section(String name) {
        return sections.stream()
                .filter(section -> section.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("the BPF programs have no section " + name));
    }

    /** What is named in a section. */
    List<Symbol> symbols(Section in) {
        return symbols.stream()
                .filter(symbol -> symbol.section == in.index && !symbol.name.isEmpty())
                .toList();
    }

    List<Relocation> relocations(Section of) throws IOException {
        List<Relocation> found = new ArrayList<>();
        for (Section section : sections) {
            if (section.type == TYPE_RELOCATIONS && section.info == of.index) {
                for (int at = 0; at < section.content.limit(); at += RELOCATION_BYTES) {
                    long info = section.content.getLong(at + 8);
                    Symbol symbol = symbols.get((int) (info >>> 32));
                    if ((int) info != LOAD_ADDRESS) {
                        throw new IOException("section " + of.name + " refers to " + symbol + " in a way (" + (int) info
                                + ") that only a linker knows: make it inline");
                    }
                    found.add(new Relocation((int) section.content.getLong(at), symbol));
                }
            }
        }
        return found;
    }

    private ByteBuffer slice(int at, int bytes) {
        return file.slice(at, at + bytes > file.limit() ? 0 : bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private String text(int at) {
        return text(file, at);
    }

    private static String text(ByteBuffer in, int at) {
        int end = at;
        while (in.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - at];
        in.get(at, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
