/*
 * The packets of flows that Java has decided about, or that are opened here by choices that it made ahead. Whatever is not
 * found here is left as it came, and takes Java's way: the device of the overlay's addresses, or the tunnel's socket.
 *
 *  instance ── from_instance ──► find or open ──► translate ──► wrap ──► underlay     (ingress of the instance's host side)
 *                                                     └───────────────► other instance
 *  underlay ── from_underlay ──► find or open ──► unwrap ──► translate ──► instance   (ingress of the underlay's devices)
 */
#include "copy.h"
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
	/* The other worker may not know the flow yet, and its Java could not finish checksums that a device should. */
	if (protocol == UDP && way->from_ns && bpf_ktime_get_coarse_ns() < way->from_ns)
		return leave();
	/* A UDP super-packet would be lost behind the tunnel: the kernel does not forget there that it was in one. */
	if (way->peer && protocol == UDP && skb->gso_size)
		return leave();
	struct copy *copy = begin_copy(skb, ETHERNET_BYTES, packet->bytes, way->peer ? COPY_OUTBOUND : COPY_LOCAL);
	int done = (!(packet->flags & SYN) || limit_segments(skb, ETHERNET_BYTES, is_v6, 0)) &&
		   translate(skb, ETHERNET_BYTES, is_v6, protocol, way);
	end_copy(skb, ETHERNET_BYTES, copy, done);
	if (!done || (way->peer && !wrap(skb, way)))
		return lose(OUTBOUND_LOST);
	used_by(way->use, way->generation, packet);
	if (way->peer) {
		count(OUTBOUND_PACKETS, 1);
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

INLINE int inbound(struct __sk_buff *skb, int is_v6, struct packet *packet, u32 peer, u16 port, int by_socket)
{
	struct way *way = bpf_map_lookup_elem(&flows_in, &packet->ends);
	if (way && (way->peer != peer || way->peer_port != port))
		return leave();
	if (begins(way, packet))
		way = open_inbound(peer, port, is_v6, packet);
	else if (opens(packet))
		return leave();
	if (!way)
		return leave();
	u8 protocol = packet->ends.protocol;
	struct copy *copy = begin_copy(skb, ETHERNET_BYTES + OUTER_BYTES, packet->bytes, COPY_INBOUND);
	int done;
	if (by_socket) {
		u32 at = ETHERNET_BYTES + OUTER_BYTES;
		done = (!(packet->flags & SYN) || limit_segments(skb, at, is_v6, 1)) &&
		       translate_network(skb, at, is_v6, way) &&
		       (!way->port_change || translate_ports(skb, at, is_v6, way)) &&
		       translate_complete_checksum(skb, at, is_v6, protocol, way) && unwrap(skb, is_v6);
	} else {
		done = unwrap(skb, is_v6) &&
		       (!(packet->flags & SYN) || limit_segments(skb, ETHERNET_BYTES, is_v6, 0)) &&
		       translate(skb, ETHERNET_BYTES, is_v6, protocol, way);
	}
	end_copy(skb, ETHERNET_BYTES, copy, done);
	if (!done)
		return lose(INBOUND_LOST);
	used_by(way->use, way->generation, packet);
	count(INBOUND_PACKETS, 1);
	count(INBOUND_BYTES, packet->bytes);
	return bpf_redirect_peer(way->to_device, 0);
}

SECTION("tc/from_underlay")
int from_underlay(struct __sk_buff *skb)
{
	if (!linear(skb, sizeof(struct outer) + 1))
		return NEXT;
	struct outer *outer = (void *)(u64)skb->data;
	u8 *inner = (void *)(outer + 1);
	if ((void *)(inner + 1) > (void *)(u64)skb->data_end)
		return NEXT;
	if (skb->protocol != BE16(ETHERTYPE_V4) || outer->ip.version_length != 0x45 || outer->ip.protocol != UDP ||
	    outer->ip.fragment & BE16(0x3fff) || outer->udp.destination != tunnel_port() || skb->pkt_type != PACKET_HOST)
		return NEXT;
	u32 peer = outer->ip.source;
	u16 port = outer->udp.source;
	int by_socket = outer->udp.checksum != 0;
	u8 version = *inner >> 4;
	struct packet packet = {};
	if (version == 4 && parse_v4(skb, ETHERNET_BYTES + OUTER_BYTES, &packet))
		return inbound(skb, 0, &packet, peer, port, by_socket);
	if (version == 6 && parse_v6(skb, ETHERNET_BYTES + OUTER_BYTES, &packet))
		return inbound(skb, 1, &packet, peer, port, by_socket);
	return leave();
}

char licence[] SECTION("license") = "GPL";
