/* Finds the ends of a raw packet. What is anything but plain TCP or UDP is left to Java. */
#pragma once
#include "maps.h"

enum { ETHERNET_BYTES = 14, V4_BYTES = 20, V6_BYTES = 40, UDP_BYTES = 8, TCP_BYTES = 20 };
enum { OUTER_V4_BYTES = V4_BYTES + UDP_BYTES, OUTER_V6_BYTES = V6_BYTES + UDP_BYTES };
enum { V4_IN_IP = 4, TCP = 6, UDP = 17, V6_IN_IP = 41 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };
enum { ETHERTYPE_V4 = 0x0800, ETHERTYPE_V6 = 0x86dd };

struct ethernet {
	u8 destination[6], source[6];
	u16 type;
} __attribute__((packed));

struct v4 {
	u8 version_length, service;
	u16 total, id, fragment;
	u8 ttl, protocol;
	u16 checksum;
	u32 source, destination;
};

struct v6 {
	u32 version_class_label;
	u16 payload;
	u8 next, hops;
	u32 source[4], destination[4];
};

struct udp {
	u16 source, destination, length, checksum;
};

struct tcp {
	u16 source, destination;
	u32 sequence, acknowledgment;
	u8 offset, flags;
	u16 window, checksum, urgent;
};

struct packet {
	struct ends ends;
	u32 bytes;
	u32 sent; /* TCP */
	u32 acknowledged;
	u8 flags;
	u8 is_v6;
	u8 has_jumbo;
};

/* Where the transport's header begins, for a packet that begins at `at`. */
INLINE u32 transport_at(u32 at, int is_v6)
{
	return at + (is_v6 ? V6_BYTES : V4_BYTES);
}

enum { LONGEST_TOLD = 65535, HOP_BY_HOP = 0, JUMBO_OPTION = 0xc2 };

struct jumbo {
	u8 next, length, option, option_bytes;
	u32 payload;
};

/* Whether the packet's length, which begins to count at `from`, can't be told. Only what is cut before it is on a wire. */
INLINE int is_untold(struct __sk_buff *skb, u32 from)
{
	return skb->gso_size && skb->len - from > LONGEST_TOLD;
}

/* Whether what follows the IPv6 header at `at` is TCP behind a jumbo option that tells its length. */
INLINE int has_jumbo(struct __sk_buff *skb, u32 at)
{
	struct jumbo *jumbo = (void *)(u64)skb->data + at + V6_BYTES;
	if ((void *)(jumbo + 1) > (void *)(u64)skb->data_end)
		return 0;
	return jumbo->next == TCP && !jumbo->length && jumbo->option == JUMBO_OPTION && jumbo->option_bytes == 4 &&
	       BE32(jumbo->payload) == skb->len - at - V6_BYTES;
}

/* Puts so much of the packet into one piece; segments made by software have only the outer headers there. */
INLINE int linear(struct __sk_buff *skb, u32 bytes)
{
	if (LIKELY(data_of(skb) + bytes <= data_end_of(skb)))
		return 1;
	return !bpf_skb_pull_data(skb, bytes < skb->len ? bytes : skb->len) && data_of(skb) + bytes <= data_end_of(skb);
}

INLINE int note_segment(struct tcp *tcp, u32 header_bytes, struct packet *packet)
{
	u32 tcp_bytes = (tcp->offset >> 4) * 4;
	u32 payload = packet->bytes - header_bytes - tcp_bytes;
	if (tcp_bytes < TCP_BYTES || packet->bytes < header_bytes + tcp_bytes)
		return 0;
	packet->ends.source_port = tcp->source;
	packet->ends.destination_port = tcp->destination;
	packet->flags = tcp->flags;
	packet->sent = BE32(tcp->sequence) + payload + (tcp->flags & FIN ? 1 : 0) + (tcp->flags & SYN ? 1 : 0);
	packet->acknowledged = BE32(tcp->acknowledgment);
	return 1;
}

INLINE int parse_transport(struct __sk_buff *skb, u32 at, int is_v6, u32 header_bytes, struct packet *packet)
{
	void *data = (void *)(u64)skb->data, *end = (void *)(u64)skb->data_end;
	struct udp *udp = data + transport_at(at, is_v6);
	if ((void *)(udp + 1) > end)
		return 0;
	if (packet->ends.protocol == UDP) {
		packet->ends.source_port = udp->source;
		packet->ends.destination_port = udp->destination;
		packet->flags = 0;
		return 1;
	}
	struct tcp *tcp = (void *)udp;
	return (void *)(tcp + 1) <= end && note_segment(tcp, header_bytes, packet);
}

/* A packet that ends where the buffer does. A train of several datagrams in one buffer is none. */
INLINE int parse_v4(struct __sk_buff *skb, u32 at, struct packet *packet)
{
	if (!linear(skb, at + V4_BYTES + UDP_BYTES))
		return 0;
	struct v4 *ip = (void *)(u64)skb->data + at;
	if ((void *)(ip + 1) > (void *)(u64)skb->data_end)
		return 0;
	if (ip->version_length != 0x45 || ip->fragment & BE16(0x3fff) || ip->ttl <= 1)
		return 0;
	if (ip->protocol != TCP && ip->protocol != UDP)
		return 0;
	packet->bytes = !ip->total && ip->protocol == TCP && is_untold(skb, at) ? skb->len - at : BE16(ip->total);
	if (packet->bytes + at != skb->len)
		return 0;
	packet->is_v6 = 0;
	packet->ends.source[2] = packet->ends.destination[2] = BE32(0xffff);
	packet->ends.source[3] = ip->source;
	packet->ends.destination[3] = ip->destination;
	packet->ends.protocol = ip->protocol;
	if (ip->protocol == TCP && !linear(skb, at + V4_BYTES + TCP_BYTES))
		return 0;
	return parse_transport(skb, at, 0, V4_BYTES, packet);
}

INLINE int parse_v6(struct __sk_buff *skb, u32 at, struct packet *packet)
{
	if (!linear(skb, at + V6_BYTES + UDP_BYTES))
		return 0;
	struct v6 *ip = (void *)(u64)skb->data + at;
	if ((void *)(ip + 1) > (void *)(u64)skb->data_end)
		return 0;
	int is_long = !ip->payload && is_untold(skb, at + V6_BYTES);
	packet->has_jumbo = is_long && ip->next == HOP_BY_HOP && has_jumbo(skb, at) ? sizeof(struct jumbo) : 0;
	u8 next = packet->has_jumbo ? TCP : ip->next;
	if (ip->hops <= 1 || (next != TCP && next != UDP))
		return 0;
	packet->bytes = is_long && next == TCP ? skb->len - at : BE16(ip->payload) + V6_BYTES;
	if (packet->bytes + at != skb->len)
		return 0;
	packet->bytes -= packet->has_jumbo;
	packet->is_v6 = 1;
	__builtin_memcpy(packet->ends.source, ip->source, 16);
	__builtin_memcpy(packet->ends.destination, ip->destination, 16);
	packet->ends.protocol = next;
	if (UNLIKELY(packet->has_jumbo)) {
		struct tcp tcp;
		return !bpf_skb_load_bytes(skb, at + V6_BYTES + sizeof(struct jumbo), &tcp, sizeof(tcp)) &&
		       note_segment(&tcp, V6_BYTES, packet);
	}
	if (next == TCP && !linear(skb, at + V6_BYTES + TCP_BYTES))
		return 0;
	return parse_transport(skb, at, 1, V6_BYTES, packet);
}

/* The first segment of a connection. */
INLINE int opens(struct packet *packet)
{
	return packet->ends.protocol == TCP && (packet->flags & (SYN | ACK)) == SYN;
}
