package io.xylem.balancing;

import java.util.Arrays;

/** A binary heap of the numbers {@code 0 … capacity-1}, each in it at most once, that finds a number again when its rank has changed. */
final class IndexedHeap {
    /** A strict total order. */
    @FunctionalInterface
    interface Order {
        boolean isBefore(int a, int b);
    }

    private static final int ABSENT = -1;

    private final Order order;
    private final int[] heap;
    private final int[] places;
    private int size;

    IndexedHeap(int capacity, Order order) {
        this.order = order;
        heap = new int[capacity];
        places = new int[capacity];
        Arrays.fill(places, ABSENT);
    }

    boolean isEmpty() {
        return size == 0;
    }

    int first() {
        return heap[0];
    }

    void add(int number) {
        place(number, size++);
        up(places[number]);
    }

    int removeFirst() {
        int first = heap[0];
        places[first] = ABSENT;
        int last = heap[--size];
        if (size > 0) {
            place(last, 0);
            down(0);
        }
        return first;
    }

    /** The number, which is in the heap, has another rank now. */
    void moved(int number) {
        up(places[number]);
        down(places[number]);
    }

    private void up(int at) {
        int number = heap[at];
        while (at > 0 && order.isBefore(number, heap[(at - 1) / 2])) {
            place(heap[(at - 1) / 2], at);
            at = (at - 1) / 2;
        }
        place(number, at);
    }

    private void down(int at) {
        int number = heap[at];
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && order.isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!order.isBefore(heap[child], number)) {
                break;
            }
            place(heap[child], at);
            at = child;
        }
        place(number, at);
    }

    private void place(int number, int at) {
        heap[at] = number;
        places[number] = at;
    }
}
