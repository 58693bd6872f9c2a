package io.xylem.proxy.ebpf;

import static java.util.Objects.requireNonNull;

import io.xylem.proxy.domain.Fill;
import io.xylem.proxy.linux.BpfMap;
import io.xylem.proxy.linux.BpfProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The programs of {@code src/main/bpf} in the kernel, with their maps. */
final class Programs implements AutoCloseable {
    /** Where the build puts them, next to this class. */
    private static final String RESOURCE = "xylem.bpf.o";

    private static final String LICENSE = "GPL";
    /** Of an instruction: registers 1, immediate value 4. */
    private static final int REGISTERS_AT = 1;

    private static final int IMMEDIATE_AT = 4;
    /** {@code BPF_PSEUDO_MAP_FD} as the source register: the immediate value is a map's file descriptor. */
    private static final int MAP_SOURCE = 1 << 4;

    /** Where maps come from: new, or kept from an earlier process. */
    interface Maps {
        BpfMap get(String name, BpfMap.Shape shape) throws IOException;
    }

    private final Map<String, BpfMap> maps = new LinkedHashMap<>();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private @Nullable BpfProgram fromInstance;
    private @Nullable BpfProgram fromUnderlay;
    private @Nullable BpfProgram fromCable;

    private Programs() {}

    /** Whether the build had what it needs for them. */
    static boolean areThere() {
        return Programs.class.getResource(RESOURCE) != null;
    }

    static void requireThere() throws IOException {
        if (!areThere()) {
            throw new IOException("this build has no BPF programs: it was made without clang");
        }
    }

    static Programs load(int maxFlows, Maps source) throws IOException {
        ElfObject object = new ElfObject(bytes());
        Programs programs = new Programs();
        try {
            programs.makeMaps(object, maxFlows, source);
            programs.fromInstance = programs.load(object, "from_instance");
            programs.fromUnderlay = programs.load(object, "from_underlay");
            programs.fromCable = programs.load(object, "from_cable");
            return programs;
        } catch (IOException | RuntimeException e) {
            programs.close();
            throw e;
        }
    }

    private static byte[] bytes() throws IOException {
        requireThere();
        try (InputStream in = requireNonNull(Programs.class.getResourceAsStream(RESOURCE))) {
            return in.readAllBytes();
        }
    }

    /** {@code struct map} of maps.h: type 0, key 4, value 8, entries 12, entries for a flow 16, flags 20. */
    private void makeMaps(ElfObject object, int maxFlows, Maps source) throws IOException {
        ElfObject.Section section = object.section("maps");
        for (ElfObject.Symbol symbol : object.symbols(section)) {
            ByteBuffer definition = section.content().slice(symbol.value(), 24).order(ByteOrder.LITTLE_ENDIAN);
            int entries = definition.getInt(12) + Math.multiplyExact(definition.getInt(16), maxFlows);
            BpfMap map = source.get(
                    symbol.name(),
                    new BpfMap.Shape(
                            definition.getInt(0),
                            definition.getInt(4),
                            definition.getInt(8),
                            entries,
                            definition.getInt(20)));
            maps.put(symbol.name(), map);
            parts.push(map);
        }
    }

    private BpfProgram load(ElfObject object, String name) throws IOException {
        ElfObject.Section section = object.section("tc/" + name);
        byte[] code = new byte[section.content().limit()];
        section.content().get(0, code);
        ByteBuffer instructions = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
        for (ElfObject.Relocation relocation : object.relocations(section)) {
            int at = relocation.at();
            code[at + REGISTERS_AT] = (byte) ((code[at + REGISTERS_AT] & 0x0f) | MAP_SOURCE);
            instructions.putInt(
                    at + IMMEDIATE_AT, map(relocation.symbol().name()).fd());
        }
        BpfProgram program = BpfProgram.load(name, instructions, LICENSE);
        parts.push(program);
        return program;
    }

    BpfMap map(String name) {
        return requireNonNull(maps.get(name), name);
    }

    /** Of the maps whose entries come and go. Any thread. */
    List<Fill> fills() {
        return maps.entrySet().stream()
                .filter(named -> named.getValue().isHash())
                .map(named -> new Fill(
                        named.getKey(),
                        named.getValue().entries(),
                        named.getValue().shape().entries()))
                .toList();
    }

    /** For the host side of an instance. */
    BpfProgram fromInstance() {
        return requireNonNull(fromInstance);
    }

    /** For the devices of the underlay. */
    BpfProgram fromUnderlay() {
        return requireNonNull(fromUnderlay);
    }

    /** For the far end of the cable in which segments are put together. */
    BpfProgram fromCable() {
        return requireNonNull(fromCable);
    }

    @Override
    public void close() throws IOException {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IOException("a BPF object did not close", e);
            }
        }
    }
}
