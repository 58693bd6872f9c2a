/*
 * Where the underlay's devices can't cut what is in a tunnel, segments come one by one, and no kernel puts together what is in a
 * UDP datagram that it does not know. So translated segments of such a connection take a short detour: through a cable of
 * the worker's own (io.xylem.proxy.linux.MergeCable), whose far end does to them what a card does to those outside of tunnels (GRO).
 */
#pragma once
#include "translate.h"

/* So many long segments in a row that are none of a super-packet; from then on all go there, in order. */
enum { ALONE = 16, LONG_BYTES = 1000 };

INLINE int is_to_merge(struct __sk_buff *skb, struct way *way, struct packet *packet)
{
	u32 index = way->use;
	if (packet->ends.protocol != TCP)
		return 0;
	struct use *use = bpf_map_lookup_elem(&flow_uses, &index);
	if (!use || use->generation != way->generation)
		return 0;
	if (skb->gso_size)
		use->alone = 0;
	else if (use->alone < ALONE && packet->bytes >= LONG_BYTES)
		use->alone++;
	return use->alone == ALONE;
}

/* The far end knows by the source which instance it is for. */
INLINE int send_to_merge(struct __sk_buff *skb, u32 near_end, u32 device)
{
	struct ethernet *link = (void *)(u64)skb->data;
	if ((void *)(link + 1) > (void *)(u64)skb->data_end)
		return DROP;
	const u8 far_end[] = {0x02, 0x78, 0x79, 0x6c, 0x00, 0x02};
	const u8 own[] = {0x02, 0x78};
	__builtin_memcpy(link->destination, far_end, sizeof(far_end));
	__builtin_memcpy(link->source, own, sizeof(own));
	__builtin_memcpy(link->source + 2, &device, sizeof(device));
	return bpf_redirect(near_end, 0);
}
