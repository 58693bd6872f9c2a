/*
 * BIG TCP: super-packets longer than the field for their length, which says 0. In IPv6 the kernel that makes one says the
 * length in a jumbo option (RFC 2675), and the one that takes it looks for it there; in the tunnel, where the packet may yet
 * be cut into segments, the option is left out.
 */
#pragma once
#include "translate.h"

INLINE int put_next(struct __sk_buff *skb, u8 next)
{
	struct v6 *ip = (void *)(u64)skb->data + ETHERNET_BYTES;
	if ((void *)(ip + 1) > (void *)(u64)skb->data_end)
		return 0;
	ip->next = next;
	return 1;
}

/* The packet without its jumbo option. */
INLINE int take_jumbo(struct __sk_buff *skb)
{
	return !bpf_skb_adjust_room(skb, -(int)sizeof(struct jumbo), BPF_ADJ_ROOM_NET,
				    BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET) &&
	       put_next(skb, TCP);
}

/* The packet with the option that an instance's kernel expects, if it is one of these. */
INLINE int give_jumbo(struct __sk_buff *skb, struct packet *packet)
{
	if (LIKELY(!packet->is_v6 || packet->bytes <= V6_BYTES + LONGEST_TOLD))
		return 1;
	if (bpf_skb_adjust_room(skb, sizeof(struct jumbo), BPF_ADJ_ROOM_NET,
				BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET) ||
	    !put_next(skb, HOP_BY_HOP))
		return 0;
	struct jumbo *jumbo = (void *)(u64)skb->data + ETHERNET_BYTES + V6_BYTES;
	if ((void *)(jumbo + 1) > (void *)(u64)skb->data_end)
		return 0;
	jumbo->next = TCP;
	jumbo->length = 0;
	jumbo->option = JUMBO_OPTION;
	jumbo->option_bytes = 4;
	jumbo->payload = BE32(skb->len - ETHERNET_BYTES - V6_BYTES);
	return 1;
}
