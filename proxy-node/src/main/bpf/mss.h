/*
 * The first segments of a connection say how long its others may be (RFC 9293, 3.7.1): no longer than what an instance's
 * link and the tunnel take. A way that takes less than that is Java's.
 */
#pragma once
#include "translate.h"

enum { LINK_BYTES = 1450, OPTIONS_BYTES = 40 };
enum { END_OF_OPTIONS = 0, NO_OPERATION = 1, MAXIMUM_SEGMENT_SIZE = 2 };

struct option {
	u8 kind, bytes;
	u16 value;
};

INLINE u32 one_complement_change(u16 before, u16 after)
{
	return (u16)~before + after;
}

/*
 * For a segment with SYN whose checksum is complete, or left to the device.
 * `is_complete`: it is complete whatever the buffer is marked with, as translate_complete_checksum() knows.
 */
INLINE int limit_segments(struct __sk_buff *skb, u32 at, int is_v6, int is_complete)
{
	u32 tcp_at = transport_at(at, is_v6);
	u16 limit = LINK_BYTES - (is_v6 ? V6_BYTES : V4_BYTES) - TCP_BYTES;
	struct tcp tcp;
	struct option option;
	if (bpf_skb_load_bytes(skb, tcp_at, &tcp, sizeof(tcp)))
		return 0;
	u32 end = (tcp.offset >> 4) * 4, left = end - TCP_BYTES;
	/* Counted from the end and within a mask, so that the verifier sees the same again each time. */
	for (int i = 0; i < OPTIONS_BYTES; i++) {
		left &= 63;
		if (left < sizeof(option) || left > OPTIONS_BYTES ||
		    bpf_skb_load_bytes(skb, tcp_at + end - left, &option, sizeof(option)) || option.kind == END_OF_OPTIONS)
			return 1;
		u32 bytes = option.kind == NO_OPERATION ? 1 : option.bytes;
		if (option.kind == MAXIMUM_SEGMENT_SIZE && bytes == sizeof(option))
			break;
		if (bytes < 1 + (option.kind != NO_OPERATION) || bytes > left)
			return 1;
		left -= bytes;
	}
	if (option.kind != MAXIMUM_SEGMENT_SIZE || BE16(option.value) <= limit)
		return 1;
	u32 place = end - left;
	u16 before = option.value, after = BE16(limit);
	if (bpf_skb_store_bytes(skb, tcp_at + place + 2, &after, sizeof(after), 0))
		return 0;
	/* A value at an odd place adds to the checksum with its bytes exchanged. */
	u32 change = place & 1 ? one_complement_change(BE16(before), limit) : one_complement_change(before, after);
	u32 checksum_at = tcp_at + 16;
	if (!is_complete)
		return !bpf_l4_csum_replace(skb, checksum_at, 0, fold(change), 0);
	u16 checksum = adjusted(tcp.checksum, change);
	return !bpf_skb_store_bytes(skb, checksum_at, &checksum, sizeof(checksum), 0);
}
