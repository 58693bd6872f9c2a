package io.xylem.proxy.domain;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A persistent map from an address to a value that carries it: a hash-array-mapped trie of 64-way nodes. A change copies
 * the nodes on one path (three of a few dozen references each at 63 000 entries) and shares the rest; a lookup
 * follows three or four references and allocates nothing. There are no entry objects: a leaf is the value itself.
 *
 * <p>The path is the hash's bits and then the address's own, so two addresses always part somewhere. The shape depends
 * on the contents only, not on the order of the changes.
 */
final class AddressTrie<V> {
    private static final int BITS = 6;
    private static final int HASH_LEVELS = 10;
    private static final Node NO_NODE = new Node(0, new Object[0]);

    /** How a value tells its address (as in {@link Addresses}). */
    interface Key<V> {
        long high(V value);

        long low(V value);
    }

    private static final class Node {
        final long bitmap;
        final Object[] slots;

        Node(long bitmap, Object[] slots) {
            this.bitmap = bitmap;
            this.slots = slots;
        }

        int index(long bit) {
            return Long.bitCount(bitmap & (bit - 1));
        }
    }

    private final Key<V> key;
    private final Node root;

    private AddressTrie(Key<V> key, Node root) {
        this.key = key;
        this.root = root;
    }

    static <V> AddressTrie<V> empty(Key<V> key) {
        return new AddressTrie<>(key, NO_NODE);
    }

    @Nullable
    V get(long high, long low) {
        long hash = hash(high, low);
        Node node = root;
        for (int level = 0; ; level++) {
            long bit = 1L << chunk(hash, high, low, level);
            if ((node.bitmap & bit) == 0) {
                return null;
            }
            Object slot = node.slots[node.index(bit)];
            if (!(slot instanceof Node child)) {
                V value = value(slot);
                return key.low(value) == low && key.high(value) == high ? value : null;
            }
            node = child;
        }
    }

    /** This map with the value at its address, in the place of any other that was there. */
    AddressTrie<V> with(V value) {
        return new AddressTrie<>(key, with(root, value, 0));
    }

    /** This map without whatever is at the value's address. */
    AddressTrie<V> without(V value) {
        Object left = without(root, key.high(value), key.low(value), 0);
        return left == root ? this : new AddressTrie<>(key, left instanceof Node node ? node : NO_NODE);
    }

    void forEach(Consumer<? super V> action) {
        forEach(root, action);
    }

    /** The values of this map that are not the very same in a later one: looks only where the two differ. */
    void forEachChanged(AddressTrie<V> later, Consumer<? super V> action) {
        forEachChanged(root, later.root, later, action);
    }

    @SuppressWarnings("ReferenceEquality") // what is shared is the same
    private void forEachChanged(Node node, Node other, AddressTrie<V> later, Consumer<? super V> action) {
        if (node == other) {
            return;
        }
        for (long left = node.bitmap; left != 0; left &= left - 1) {
            long bit = Long.lowestOneBit(left);
            Object slot = node.slots[node.index(bit)];
            Object counterpart = (other.bitmap & bit) == 0 ? NO_NODE : other.slots[other.index(bit)];
            if (slot instanceof Node child) {
                forEachChanged(child, counterpart instanceof Node node2 ? node2 : NO_NODE, later, action);
            } else if (slot != counterpart) {
                V value = value(slot);
                if (later.get(key.high(value), key.low(value)) != value) {
                    action.accept(value);
                }
            }
        }
    }

    private Node with(Node node, V value, int level) {
        long bit = bit(value, level);
        int index = node.index(bit);
        if ((node.bitmap & bit) == 0) {
            Object[] slots = new Object[node.slots.length + 1];
            System.arraycopy(node.slots, 0, slots, 0, index);
            slots[index] = value;
            System.arraycopy(node.slots, index, slots, index + 1, node.slots.length - index);
            return new Node(node.bitmap | bit, slots);
        }
        Object slot = node.slots[index];
        Object replacement;
        if (slot instanceof Node child) {
            replacement = with(child, value, level + 1);
        } else {
            V other = value(slot);
            replacement = sameAddress(other, value) ? value : pair(other, value, level + 1);
        }
        return replaced(node, index, replacement);
    }

    private Node pair(V first, V second, int level) {
        long firstBit = bit(first, level);
        long secondBit = bit(second, level);
        if (firstBit == secondBit) {
            return new Node(firstBit, new Object[] {pair(first, second, level + 1)});
        }
        boolean inOrder = Long.compareUnsigned(firstBit, secondBit) < 0;
        return new Node(firstBit | secondBit, inOrder ? new Object[] {first, second} : new Object[] {second, first});
    }

    /** @return the node itself when nothing was there, a lone value to be moved up, an empty node, or the changed node */
    private Object without(Node node, long high, long low, int level) {
        long bit = 1L << chunk(hash(high, low), high, low, level);
        if ((node.bitmap & bit) == 0) {
            return node;
        }
        int index = node.index(bit);
        Object slot = node.slots[index];
        if (slot instanceof Node child) {
            Object left = without(child, high, low, level + 1);
            if (left == child) {
                return node;
            }
            boolean lone = node.slots.length == 1 && !(left instanceof Node);
            return lone && level > 0 ? left : replaced(node, index, left);
        }
        V value = value(slot);
        if (key.high(value) != high || key.low(value) != low) {
            return node;
        }
        if (level > 0 && node.slots.length == 2 && !(node.slots[1 - index] instanceof Node)) {
            return node.slots[1 - index];
        }
        Object[] slots = new Object[node.slots.length - 1];
        System.arraycopy(node.slots, 0, slots, 0, index);
        System.arraycopy(node.slots, index + 1, slots, index, slots.length - index);
        return new Node(node.bitmap & ~bit, slots);
    }

    private static Node replaced(Node node, int index, Object replacement) {
        Object[] slots = node.slots.clone();
        slots[index] = replacement;
        return new Node(node.bitmap, slots);
    }

    private void forEach(Node node, Consumer<? super V> action) {
        for (Object slot : node.slots) {
            if (slot instanceof Node child) {
                forEach(child, action);
            } else {
                action.accept(value(slot));
            }
        }
    }

    private long bit(V value, int level) {
        long high = key.high(value);
        long low = key.low(value);
        return 1L << chunk(hash(high, low), high, low, level);
    }

    private boolean sameAddress(V a, V b) {
        return key.low(a) == key.low(b) && key.high(a) == key.high(b);
    }

    @SuppressWarnings("unchecked") // a slot that is no node was put there as a V
    private V value(Object slot) {
        return (V) slot;
    }

    /** Ten levels of hash, then eleven of either half of the address itself. */
    private static int chunk(long hash, long high, long low, int level) {
        if (level < HASH_LEVELS) {
            return (int) (hash >>> (BITS * level)) & 63;
        }
        int rest = level - HASH_LEVELS;
        return (int) (rest < 11 ? low >>> (BITS * rest) : high >>> (BITS * (rest - 11))) & 63;
    }

    /** Addresses are handed out in sequence; two multiplications spread them. */
    private static long hash(long high, long low) {
        long mixed = (low ^ (high * 0x9e3779b97f4a7c15L)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 32)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 29);
    }
}
