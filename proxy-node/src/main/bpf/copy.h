/* Copies of packets for people who ask to see them, before and after their translation. Nothing while nobody asks. */
#pragma once
#include "translate.h"

/* Headers, and the beginning of what they carry. */
enum { COPY_BYTES = 128 };

enum copy_way { COPY_OUTBOUND, COPY_INBOUND, COPY_LOCAL };

/* The layout is io.xylem.proxy.ebpf's KernelCopies. */
struct copy {
	u64 at_ns; /* CLOCK_MONOTONIC */
	u32 length;
	u32 copied; /* of either side */
	u64 way;
	u8 before[COPY_BYTES];
	u8 after[COPY_BYTES];
};

struct capturing {
	u64 on;
	u64 lost; /* copies for which there was no room */
};

MAP(capturing_state) = {BPF_MAP_TYPE_ARRAY, 4, sizeof(struct capturing), 1, 0, BPF_F_MMAPABLE};
MAP(copies) = {BPF_MAP_TYPE_RINGBUF, 0, 0, 1 << 20, 0, 0};

/* The packet that begins at `at`, as it is now; the copy is to be ended. */
INLINE struct copy *begin_copy(struct __sk_buff *skb, u32 at, u32 length, u64 way)
{
	u32 index = 0;
	struct capturing *capturing = bpf_map_lookup_elem(&capturing_state, &index);
	if (LIKELY(!capturing || !capturing->on))
		return 0;
	struct copy *copy = bpf_ringbuf_reserve(&copies, sizeof(*copy), 0);
	if (!copy) {
		__sync_fetch_and_add(&capturing->lost, 1);
		return 0;
	}
	u32 bytes = length;
	asm volatile("" : "+r"(bytes)); /* the verifier is to see the bounds on this very register */
	if (bytes > COPY_BYTES)
		bytes = COPY_BYTES;
	if (bytes < 1 || bpf_skb_load_bytes(skb, at, copy->before, bytes)) {
		bpf_ringbuf_discard(copy, 0);
		return 0;
	}
	copy->at_ns = bpf_ktime_get_ns();
	copy->length = length;
	copy->copied = bytes;
	copy->way = way;
	return copy;
}

/* The same packet, translated, if that was done. */
INLINE void end_copy(struct __sk_buff *skb, u32 at, struct copy *copy, int done)
{
	if (LIKELY(!copy))
		return;
	u32 bytes = copy->copied;
	asm volatile("" : "+r"(bytes));
	if (bytes > COPY_BYTES)
		bytes = COPY_BYTES;
	if (!done || bytes < 1 || bpf_skb_load_bytes(skb, at, copy->after, bytes))
		bpf_ringbuf_discard(copy, 0);
	else
		bpf_ringbuf_submit(copy, 0);
}
