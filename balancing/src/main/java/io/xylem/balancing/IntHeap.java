package io.xylem.balancing;

/** A binary heap of numbers in an order of their own. */
final class IntHeap {
    /** A strict total order. */
    @FunctionalInterface
    interface Order {
        boolean isBefore(int a, int b);
    }

    private final Order order;
    private final int[] heap;
    private int size;

    IntHeap(int capacity, Order order) {
        this.order = order;
        heap = new int[capacity];
    }

    boolean isEmpty() {
        return size == 0;
    }

    int first() {
        return heap[0];
    }

    void add(int number) {
        int at = size++;
        while (at > 0 && order.isBefore(number, heap[(at - 1) / 2])) {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = number;
    }

    int removeFirst() {
        int first = heap[0];
        int last = heap[--size];
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && order.isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!order.isBefore(heap[child], last)) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return first;
    }
}
