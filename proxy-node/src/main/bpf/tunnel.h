/* The outer headers: IPv4, UDP, and then the raw packet, as an Oakestra node sends it. */
#pragma once
#include "translate.h"

struct outer {
	struct ethernet link;
	struct v4 ip;
	struct udp udp;
} __attribute__((packed));

/* In network order. */
INLINE u16 tunnel_port(void)
{
	u32 index = 0;
	struct config *entry = bpf_map_lookup_elem(&config, &index);
	return entry ? entry->tunnel_port : 0;
}

INLINE u16 header_checksum(struct v4 *ip)
{
	u16 *words = (u16 *)ip;
	u32 sum = 0;
#pragma unroll
	for (int i = 0; i < V4_BYTES / 2; i++)
		sum += words[i];
	return ~fold(sum);
}

/* Puts the outer headers before the packet. */
INLINE int wrap(struct __sk_buff *skb, struct way *way)
{
	/* All three flags, else super-packets are lost or cut down. */
	if (bpf_skb_adjust_room(skb, OUTER_BYTES, BPF_ADJ_ROOM_MAC,
	                        BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L4_UDP))
		return 0;
	struct outer *outer = (void *)(u64)skb->data;
	if ((void *)(outer + 1) > (void *)(u64)skb->data_end)
		return 0;
	u32 bytes = skb->len - ETHERNET_BYTES;
	if (bytes > LONGEST_TOLD)
		bytes = 0; /* as in BIG TCP; what cuts it into segments says theirs */
	outer->link.type = BE16(ETHERTYPE_V4);
	struct v4 ip = {
		.version_length = 0x45,
		.total = BE16(bytes),
		.fragment = BE16(0x4000),
		.ttl = 64,
		.protocol = UDP,
		.source = way->self,
		.destination = way->peer,
	};
	ip.checksum = header_checksum(&ip);
	outer->ip = ip;
	/* What comes from another port is not from this worker, so it can't spread flows over the underlay's queues. */
	outer->udp.source = tunnel_port();
	outer->udp.destination = way->peer_port;
	outer->udp.length = bytes ? BE16(bytes - V4_BYTES) : 0;
	outer->udp.checksum = 0;
	return 1;
}

/* To the peer; the kernel knows its neighbours. */
INLINE int send(struct way *way)
{
	struct bpf_redir_neigh neighbour = {.nh_family = AF_INET, .nexthop = {way->next_hop}};
	return bpf_redirect_neigh(way->to_device, &neighbour, sizeof(neighbour), 0);
}

/* Takes the outer headers away. */
INLINE int unwrap(struct __sk_buff *skb, int is_v6)
{
	u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET |
	            (is_v6 ? BPF_F_ADJ_ROOM_DECAP_L3_IPV6 : BPF_F_ADJ_ROOM_DECAP_L3_IPV4);
	if (bpf_skb_adjust_room(skb, -OUTER_BYTES, BPF_ADJ_ROOM_MAC, flags))
		return 0;
	struct ethernet *link = (void *)(u64)skb->data;
	if ((void *)(link + 1) > (void *)(u64)skb->data_end)
		return 0;
	link->type = BE16(is_v6 ? ETHERTYPE_V6 : ETHERTYPE_V4);
	return 1;
}
