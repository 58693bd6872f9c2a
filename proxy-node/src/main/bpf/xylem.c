/*
 * The packets of flows that Java has decided about, or that are opened here by choices that it made ahead. Whatever is not
 * found here is left as it came, and takes Java's way: the device of the overlay's addresses, or the tunnel's socket.
 *
 *  instance ── from_instance ──► find or open ──► translate ──► wrap ──► underlay     (ingress of the instance's host side)
 *                                                     └───────────────► other instance
 *  underlay ── from_underlay ──► find or open ──► unwrap ──► translate ──► instance   (ingress of the underlay's devices)
 *                                                                └─► cable ─► from_cable ─► instance      (see merge.h)
 */
#include "big.h"
#include "copy.h"
#include "ipip.h"
#include "merge.h"
#include "mss.h"
#include "open.h"
#include "tunnel.h"

INLINE int translate(struct __sk_buff *skb, u32 at, int is_v6, u8 protocol, struct way *way)
{
	return translate_network(skb, at, is_v6, way) && (!way->port_change || translate_ports(skb, at, is_v6, way)) &&
	       translate_checksum(skb, at, is_v6, protocol, way);
}

INLINE int leave(void)
{
	count(LEFT_PACKETS, 1);
	return NEXT;
}

INLINE int lose(enum count which)
{
	count(which, 1);
	return DROP;
}

INLINE int outbound(struct __sk_buff *skb, int is_v6, struct packet *packet)
{
	struct way *way = bpf_map_lookup_elem(&flows_out, &packet->ends);
	if (way && way->from_device != skb->ifindex)
		return leave();
	if (begins(way, packet))
		way = open_outbound(skb->ifindex, is_v6, packet);
	else if (opens(packet))
		return leave();
	if (!way)
		return leave();
	u8 protocol = packet->ends.protocol;
	int is_remote = is_address(way->peer);
	/* The other worker may not know the flow yet, and its Java could not finish checksums that a device should. */
	if (protocol == UDP && way->from_ns && bpf_ktime_get_coarse_ns() < way->from_ns)
		return leave();
	/* A UDP super-packet would be lost behind the tunnel: the kernel does not forget there that it was in one. */
	if (is_remote && protocol == UDP && skb->gso_size)
		return leave();
	if (UNLIKELY(packet->has_jumbo) && !take_jumbo(skb))
		return lose(OUTBOUND_LOST);
	struct copy *copy = begin_copy(skb, ETHERNET_BYTES, packet->bytes, is_remote ? COPY_OUTBOUND : COPY_LOCAL);
	int done = (!(packet->flags & SYN) || limit_segments(skb, ETHERNET_BYTES, is_v6, 0)) &&
		   translate(skb, ETHERNET_BYTES, is_v6, protocol, way);
	end_copy(skb, ETHERNET_BYTES, copy, done);
	u8 next = is_remote ? next_header(way, is_v6, packet) : 0;
	if (!done || (is_remote ? !wrap(skb, way, next) : !give_jumbo(skb, packet)))
		return lose(OUTBOUND_LOST);
	used_by(way->use, way->generation, packet);
	if (is_remote) {
		count(OUTBOUND_PACKETS, 1);
		if (next != UDP)
			count(IP_IN_IP_PACKETS, 1);
		count(OUTBOUND_BYTES, packet->bytes);
		return send(way);
	}
	used_by(way->other_use, way->other_generation, packet);
	count(LOCAL_PACKETS, 1);
	count(LOCAL_BYTES, packet->bytes);
	return bpf_redirect_peer(way->to_device, 0);
}

SECTION("tc/from_instance")
int from_instance(struct __sk_buff *skb)
{
	struct packet packet = {};
	if (skb->protocol == BE16(ETHERTYPE_V4) && parse_v4(skb, ETHERNET_BYTES, &packet))
		return outbound(skb, 0, &packet);
	if (skb->protocol == BE16(ETHERTYPE_V6) && parse_v6(skb, ETHERNET_BYTES, &packet))
		return outbound(skb, 1, &packet);
	return leave();
}

INLINE int inbound(struct __sk_buff *skb, u32 outer_bytes, int is_v6, struct packet *packet, struct sender *sender)
{
	struct way *way = bpf_map_lookup_elem(&flows_in, &packet->ends);
	if (way && (!is_same(way->peer, sender->address) || way->peer_port != sender->port))
		return leave();
	if (begins(way, packet))
		way = open_inbound(sender, is_v6, packet);
	else if (opens(packet))
		return leave();
	if (!way)
		return leave();
	u8 protocol = packet->ends.protocol;
	u32 at = ETHERNET_BYTES + outer_bytes;
	struct copy *copy = begin_copy(skb, at, packet->bytes, COPY_INBOUND);
	int done;
	if (sender->is_socket) {
		done = (!(packet->flags & SYN) || limit_segments(skb, at, is_v6, 1)) &&
		       translate_network(skb, at, is_v6, way) &&
		       (!way->port_change || translate_ports(skb, at, is_v6, way)) &&
		       translate_complete_checksum(skb, at, is_v6, protocol, way) && unwrap(skb, outer_bytes, is_v6);
	} else {
		done = unwrap(skb, outer_bytes, is_v6) &&
		       (!(packet->flags & SYN) || limit_segments(skb, ETHERNET_BYTES, is_v6, 0)) &&
		       translate(skb, ETHERNET_BYTES, is_v6, protocol, way);
	}
	end_copy(skb, ETHERNET_BYTES, copy, done);
	if (!done || !give_jumbo(skb, packet))
		return lose(INBOUND_LOST);
	used_by(way->use, way->generation, packet);
	count(INBOUND_PACKETS, 1);
	count(INBOUND_BYTES, packet->bytes);
	u32 cable = merge_device();
	if (cable && is_to_merge(skb, way, packet))
		return send_to_merge(skb, cable, way->to_device);
	return bpf_redirect_peer(way->to_device, 0);
}

/* What is in the tunnel, behind the outer headers. */
INLINE int tunnelled(struct __sk_buff *skb, u32 outer_bytes, u8 version, struct sender *sender)
{
	struct packet packet = {};
	AFRESH(skb);
	if (version == 4 && parse_v4(skb, ETHERNET_BYTES + outer_bytes, &packet))
		return inbound(skb, outer_bytes, 0, &packet, sender);
	if (version == 6 && parse_v6(skb, ETHERNET_BYTES + outer_bytes, &packet) && !packet.has_jumbo)
		return inbound(skb, outer_bytes, 1, &packet, sender);
	return leave();
}

/* The same without UDP. What is of nobody that Java entered is not the overlay's: others may have tunnels of this kind here. */
INLINE int in_ip_only(struct __sk_buff *skb, int outer_is_v6, u8 protocol, u8 version, struct sender *sender)
{
	u32 outer_bytes = outer_is_v6 ? V6_BYTES : V4_BYTES;
	struct answer *known = answer_of(sender->address, protocol);
	if (!known)
		return NEXT;
	AFRESH(skb);
	if (version == PROBE_VERSION)
		return take_probe(skb, outer_is_v6, known);
	sender->port = tunnel_port();
	int verdict = tunnelled(skb, outer_bytes, version, sender);
	if (verdict != NEXT)
		return verdict;
	AFRESH(skb);
	return give_udp(skb, outer_is_v6) ? NEXT : lose(INBOUND_LOST);
}

INLINE int is_in_ip(u8 protocol)
{
	return protocol == V4_IN_IP || protocol == V6_IN_IP;
}

INLINE int from_underlay_v4(struct __sk_buff *skb)
{
	if (!linear(skb, sizeof(struct outer_v4) + 1))
		return NEXT;
	struct outer_v4 *outer = (void *)(u64)skb->data;
	u8 *inner = (void *)(outer + 1);
	if ((void *)(inner + 1) > (void *)(u64)skb->data_end)
		return NEXT;
	if (outer->ip.version_length != 0x45 || outer->ip.fragment & BE16(0x3fff))
		return NEXT;
	if (is_in_ip(outer->ip.protocol)) {
		struct sender sender = {.address = {0, 0, BE32(0xffff), outer->ip.source}};
		return in_ip_only(skb, 0, outer->ip.protocol, *(u8 *)&outer->udp >> 4, &sender);
	}
	if (outer->ip.protocol != UDP || outer->udp.destination != tunnel_port())
		return NEXT;
	struct sender sender = {
		.address = {0, 0, BE32(0xffff), outer->ip.source},
		.port = outer->udp.source,
		.is_socket = outer->udp.checksum != 0,
	};
	return tunnelled(skb, OUTER_V4_BYTES, *inner >> 4, &sender);
}

/* Extension headers are left to the kernel. */
INLINE int from_underlay_v6(struct __sk_buff *skb)
{
	if (!linear(skb, sizeof(struct outer_v6) + 1))
		return NEXT;
	struct outer_v6 *outer = (void *)(u64)skb->data;
	u8 *inner = (void *)(outer + 1);
	if ((void *)(inner + 1) > (void *)(u64)skb->data_end)
		return NEXT;
	if (is_in_ip(outer->ip.next)) {
		struct sender sender = {};
		__builtin_memcpy(sender.address, outer->ip.source, 16);
		return in_ip_only(skb, 1, outer->ip.next, *(u8 *)&outer->udp >> 4, &sender);
	}
	if (outer->ip.next != UDP || outer->udp.destination != tunnel_port())
		return NEXT;
	struct sender sender = {.port = outer->udp.source, .is_socket = outer->udp.checksum != 0};
	__builtin_memcpy(sender.address, outer->ip.source, 16);
	return tunnelled(skb, OUTER_V6_BYTES, *inner >> 4, &sender);
}

SECTION("tc/from_underlay")
int from_underlay(struct __sk_buff *skb)
{
	if (skb->pkt_type != PACKET_HOST)
		return NEXT;
	if (skb->protocol == BE16(ETHERTYPE_V4))
		return from_underlay_v4(skb);
	if (skb->protocol == BE16(ETHERTYPE_V6))
		return from_underlay_v6(skb);
	return NEXT;
}

/* Nothing else is ever sent into the cable. */
SECTION("tc/from_cable")
int from_cable(struct __sk_buff *skb)
{
	struct ethernet *link = (void *)(u64)skb->data;
	if ((void *)(link + 1) > (void *)(u64)skb->data_end)
		return DROP;
	u32 device;
	__builtin_memcpy(&device, link->source + 2, sizeof(device));
	return bpf_redirect_peer(device, 0);
}

char licence[] SECTION("license") = "GPL";
