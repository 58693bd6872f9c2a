/*
 * The outer headers: IPv4 or IPv6, UDP, and then the raw packet, as an Oakestra node sends it. The UDP has no checksum, in
 * IPv6 neither (RFC 6935, RFC 6936): what is inside has its own, and one for all segments of a super-packet is none of any.
 * Toward a peer that takes it, connections go without the UDP (see ipip.h).
 */
#pragma once
#include "ipip.h"

struct outer_v4 {
	struct ethernet link;
	struct v4 ip;
	struct udp udp;
} __attribute__((packed));

struct outer_v6 {
	struct ethernet link;
	struct v6 ip;
	struct udp udp;
} __attribute__((packed));

INLINE struct udp udp_header(struct way *way, u32 bytes)
{
	/* What comes from another port is not from this worker, so it can't spread flows over the underlay's queues. */
	struct udp udp = {.source = tunnel_port(), .destination = way->peer_port, .length = told(bytes)};
	return udp;
}

/* Makes room; without all of the flags super-packets are lost or cut down. */
INLINE int widen(struct __sk_buff *skb, u32 ip_bytes, u64 family, u8 next)
{
	u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO | family;
	if (next != UDP)
		return !bpf_skb_adjust_room(skb, ip_bytes, BPF_ADJ_ROOM_MAC, flags);
	return !bpf_skb_adjust_room(skb, ip_bytes + UDP_BYTES, BPF_ADJ_ROOM_MAC, flags | BPF_F_ADJ_ROOM_ENCAP_L4_UDP);
}

INLINE int wrap_v4(struct __sk_buff *skb, struct way *way, u8 next)
{
	if (!widen(skb, V4_BYTES, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4, next))
		return 0;
	struct outer_v4 *outer = (void *)(u64)skb->data;
	if ((void *)(outer + 1) > (void *)(u64)skb->data_end)
		return 0;
	u32 bytes = skb->len - ETHERNET_BYTES;
	outer->link.type = BE16(ETHERTYPE_V4);
	struct v4 ip = {
		.version_length = 0x45,
		.total = told(bytes),
		.fragment = BE16(0x4000),
		.ttl = 64,
		.protocol = next,
		.source = way->self[3],
		.destination = way->peer[3],
	};
	ip.checksum = header_checksum(&ip);
	outer->ip = ip;
	if (next == UDP)
		outer->udp = udp_header(way, bytes - V4_BYTES);
	return 1;
}

INLINE int wrap_v6(struct __sk_buff *skb, struct way *way, u8 next)
{
	if (!widen(skb, V6_BYTES, BPF_F_ADJ_ROOM_ENCAP_L3_IPV6, next))
		return 0;
	struct outer_v6 *outer = (void *)(u64)skb->data;
	if ((void *)(outer + 1) > (void *)(u64)skb->data_end)
		return 0;
	u32 bytes = skb->len - ETHERNET_BYTES - V6_BYTES;
	outer->link.type = BE16(ETHERTYPE_V6);
	/* The label is the flow's, so the underlay's queues and ways may have one each (RFC 6438). */
	outer->ip.version_class_label = BE32(6u << 28 | (way->use * 0x9e3779b1u) >> 12);
	outer->ip.payload = told(bytes);
	outer->ip.next = next;
	outer->ip.hops = 64;
	__builtin_memcpy(outer->ip.source, way->self, 16);
	__builtin_memcpy(outer->ip.destination, way->peer, 16);
	if (next == UDP)
		outer->udp = udp_header(way, bytes);
	return 1;
}

/* Puts the outer headers before the packet. `next`: what follows the outer IP header, UDP or the packet itself. */
INLINE int wrap(struct __sk_buff *skb, struct way *way, u8 next)
{
	return is_mapped_v4(way->peer) ? wrap_v4(skb, way, next) : wrap_v6(skb, way, next);
}

/* To the peer; the kernel knows its neighbours. */
INLINE int send(struct way *way)
{
	struct bpf_redir_neigh neighbour = {.nh_family = AF_INET, .nexthop = {way->next_hop[3]}};
	if (!is_mapped_v4(way->next_hop)) {
		neighbour.nh_family = AF_INET6;
		copy(neighbour.nexthop, way->next_hop);
	}
	return bpf_redirect_neigh(way->to_device, &neighbour, sizeof(neighbour), 0);
}

/* Takes the outer headers away, so many bytes. */
INLINE int unwrap(struct __sk_buff *skb, u32 outer_bytes, int is_v6)
{
	u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET |
	            (is_v6 ? BPF_F_ADJ_ROOM_DECAP_L3_IPV6 : BPF_F_ADJ_ROOM_DECAP_L3_IPV4);
	if (bpf_skb_adjust_room(skb, -(int)outer_bytes, BPF_ADJ_ROOM_MAC, flags))
		return 0;
	struct ethernet *link = (void *)(u64)skb->data;
	if ((void *)(link + 1) > (void *)(u64)skb->data_end)
		return 0;
	link->type = BE16(is_v6 ? ETHERTYPE_V6 : ETHERTYPE_V4);
	return 1;
}
