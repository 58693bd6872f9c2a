/* Gives a packet its new addresses and ports, and its checksums what belongs to them (RFC 1624). */
#pragma once
#include "parse.h"

INLINE u16 fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

INLINE u16 adjusted(u16 checksum, u32 change)
{
	return ~fold((u16)~checksum + change);
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

/* A length, in network order; of a longer one what cuts the packet into segments says theirs. */
INLINE u16 told(u32 bytes)
{
	return bytes > LONGEST_TOLD ? 0 : BE16(bytes);
}

/* The address part and the TTL, one less as a router does. */
INLINE int translate_network(struct __sk_buff *skb, u32 at, int is_v6, struct way *way)
{
	void *data = (void *)(u64)skb->data, *end = (void *)(u64)skb->data_end;
	if (is_v6) {
		struct v6 *ip = data + at;
		if ((void *)(ip + 1) > end)
			return 0;
		__builtin_memcpy(ip->source, way->source, 16);
		__builtin_memcpy(ip->destination, way->destination, 16);
		ip->hops--;
		return 1;
	}
	struct v4 *ip = data + at;
	if ((void *)(ip + 1) > end)
		return 0;
	ip->source = way->source[3];
	ip->destination = way->destination[3];
	ip->ttl--;
	/* The TTL is the first of its two bytes; in little-endian one less there is 0xfffe more. */
	ip->checksum = adjusted(ip->checksum, way->address_change + 0xfffe);
	return 1;
}

INLINE int translate_ports(struct __sk_buff *skb, u32 at, int is_v6, struct way *way)
{
	struct udp *ports = (void *)(u64)skb->data + transport_at(at, is_v6);
	if ((void *)(ports + 1) > (void *)(u64)skb->data_end)
		return 0;
	ports->source = way->source_port;
	ports->destination = way->destination_port;
	return 1;
}

/* The transport's checksum, whether it is complete or the device's to finish. */
INLINE int translate_checksum(struct __sk_buff *skb, u32 at, int is_v6, u8 protocol, struct way *way)
{
	u32 place = transport_at(at, is_v6) + (protocol == UDP ? 6 : 16);
	u64 zero = protocol == UDP ? BPF_F_MARK_MANGLED_0 : 0;
	if (way->address_change &&
	    bpf_l4_csum_replace(skb, place, 0, way->address_change, BPF_F_PSEUDO_HDR | zero | (is_v6 ? BPF_F_IPV6 : 0)))
		return 0;
	return !way->port_change || !bpf_l4_csum_replace(skb, place, 0, way->port_change, zero);
}

/*
 * The same for a packet of a socket of the sender's: its inner checksum is complete, but the buffer may still be marked
 * as one whose (outer) checksum is not, which bpf_l4_csum_replace would believe.
 */
INLINE int translate_complete_checksum(struct __sk_buff *skb, u32 at, int is_v6, u8 protocol, struct way *way)
{
	void *transport = (void *)(u64)skb->data + transport_at(at, is_v6);
	u16 *checksum = transport + (protocol == UDP ? 6 : 16);
	if ((void *)(checksum + 1) > (void *)(u64)skb->data_end)
		return 0;
	if (protocol == UDP && !*checksum)
		return 1;
	u16 changed = adjusted(*checksum, way->address_change + way->port_change);
	*checksum = protocol == UDP && !changed ? 0xffff : changed;
	if (!is_v6)
		bpf_csum_update(skb, (u16)~way->address_change);
	return 1;
}

INLINE void used_by(u32 index, u32 generation, struct packet *packet)
{
	struct use *use = bpf_map_lookup_elem(&flow_uses, &index);
	if (!use || use->generation != generation)
		return;
	use->last_ns = bpf_ktime_get_coarse_ns();
	use->packets++;
	use->bytes += packet->bytes;
	if (packet->ends.protocol == TCP) {
		/* After the first segment, the later number of two is the one less than 2^31 ahead (RFC 9293, 3.4). */
		if (packet->flags & ACK && (!(use->tcp_flags & ACK) || (int)(packet->acknowledged - use->acknowledged) > 0))
			use->acknowledged = packet->acknowledged;
		if (!use->tcp_flags || (int)(packet->sent - use->sent) > 0)
			use->sent = packet->sent;
		if ((use->tcp_flags & packet->flags) != packet->flags)
			use->tcp_flags |= packet->flags;
	}
}
