/*
 * IP in IP: the outer IP header, and at once the packet (RFC 2003, RFC 2473, RFC 4213). Every kernel knows it, so segments that
 * come one by one from a wire are put together (GRO) before a program sees them; what is in UDP datagrams is not. Established
 * connections go so to peers that take it; all else, and whatever Java sends, is in UDP.
 *
 * A peer takes it as long as it answers: io.xylem.proxy.ebpf's IpInIp asks each once a second, and the program there
 * turns the question round as it came. So an answer says that a program is there, and that the way lets it through.
 */
#pragma once
#include "translate.h"

/* Two answers may be lost. By then packets go in UDP again when the way or the peer stops. */
#define ANSWER_HOLDS_NS 3000000000ll

/* The layout is io.xylem.proxy.domain's ProbeFrame. */
enum { PROBE = 0x58594c4d, QUESTION = 0x01000000, ANSWER = 0x02000000, PROBE_VERSION = 5 };

struct probe {
	u32 magic, kind;
	u64 nonce;
};

INLINE u8 in_ip(int is_v6)
{
	return is_v6 ? V6_IN_IP : V4_IN_IP;
}

/* @return null for whom Java has not entered */
INLINE struct answer *answer_of(const u32 *peer, u8 protocol)
{
	struct asked asked = {.protocol = protocol};
	copy(asked.peer, peer);
	return bpf_map_lookup_elem(&ip_in_ip, &asked);
}

/* What is to follow the outer IP header of such a packet. */
INLINE u8 next_header(struct way *way, int is_v6, struct packet *packet)
{
	/* There are no ports: what comes so is of the tunnel that the answer came from. */
	if (packet->ends.protocol != TCP || packet->flags & SYN || way->peer_port != tunnel_port())
		return UDP;
	struct answer *answer = answer_of(way->peer, in_ip(is_v6));
	int is_taken = answer && answer->answered_ns &&
		       (s64)(bpf_ktime_get_coarse_ns() - answer->answered_ns) < ANSWER_HOLDS_NS;
	return is_taken ? in_ip(is_v6) : UDP;
}

INLINE void exchange(void *one, void *other, u32 bytes)
{
	u8 kept[16];
	__builtin_memcpy(kept, one, bytes);
	__builtin_memcpy(one, other, bytes);
	__builtin_memcpy(other, kept, bytes);
}

/* A question goes back as an answer, an answer is noted. */
INLINE int take_probe(struct __sk_buff *skb, int outer_is_v6, struct answer *of)
{
	u32 at = ETHERNET_BYTES + (outer_is_v6 ? V6_BYTES : V4_BYTES);
	if (!linear(skb, at + sizeof(struct probe)))
		return NEXT;
	struct ethernet *link = (void *)(u64)skb->data;
	struct probe *probe = (void *)link + at;
	if ((void *)(probe + 1) > (void *)(u64)skb->data_end || probe->magic != BE32(PROBE))
		return NEXT;
	if (probe->kind == BE32(QUESTION)) {
		struct v4 *v4 = (void *)(link + 1);
		struct v6 *v6 = (void *)(link + 1);
		probe->kind = BE32(ANSWER);
		exchange(link->source, link->destination, sizeof(link->source));
		if (outer_is_v6)
			exchange(v6->source, v6->destination, sizeof(v6->source));
		else
			exchange(&v4->source, &v4->destination, sizeof(v4->source));
		return bpf_redirect(skb->ifindex, 0);
	}
	if (probe->kind != BE32(ANSWER) || probe->nonce != of->nonce)
		return NEXT;
	of->answered_ns = bpf_ktime_get_coarse_ns();
	return DROP;
}

/* What Java is to handle gets the UDP header that it would have had: the tunnel's socket takes nothing else. */
INLINE int give_udp(struct __sk_buff *skb, int outer_is_v6)
{
	if (bpf_skb_adjust_room(skb, UDP_BYTES, BPF_ADJ_ROOM_NET,
	                        BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET))
		return 0;
	void *outer = (void *)(u64)skb->data + ETHERNET_BYTES;
	struct udp *udp = outer + (outer_is_v6 ? V6_BYTES : V4_BYTES);
	if ((void *)(udp + 1) > (void *)(u64)skb->data_end)
		return 0;
	u32 bytes = skb->len - ETHERNET_BYTES;
	if (outer_is_v6) {
		struct v6 *ip = outer;
		bytes -= V6_BYTES;
		ip->payload = told(bytes);
		ip->next = UDP;
	} else {
		struct v4 *ip = outer;
		ip->total = told(bytes);
		ip->protocol = UDP;
		ip->checksum = 0;
		ip->checksum = header_checksum(ip);
		bytes -= V4_BYTES;
	}
	udp->source = udp->destination = tunnel_port();
	udp->length = told(bytes);
	udp->checksum = 0;
	return 1;
}
