/* Opens flows by choices that Java made ahead, as Java does with a first packet. */
#pragma once
#include "translate.h"

#define NO_TICKET (~0ull)

/* The worker from which a packet came. */
struct sender {
	u32 address[4];
	u16 port;
	u16 is_socket; /* a socket of its: inner checksums are complete */
};

/* TCP: reset, or both ends are done, as far as was seen here. */
INLINE int is_over(struct way *way)
{
	u32 one = way->use, other = way->use ^ 1;
	struct use *a = bpf_map_lookup_elem(&flow_uses, &one);
	struct use *b = bpf_map_lookup_elem(&flow_uses, &other);
	if (!a || !b || a->generation != way->generation || b->generation != way->generation)
		return 0;
	return (a->tcp_flags | b->tcp_flags) & RST || a->tcp_flags & b->tcp_flags & FIN;
}

/* Whether this packet opens a flow where there is this one, or none. */
INLINE int begins(struct way *way, struct packet *packet)
{
	if (packet->ends.protocol == UDP)
		return !way;
	return opens(packet) && (!way || is_over(way));
}

/* @return the number of the first of so many in a row; NO_TICKET also when others are quicker */
INLINE u64 taken_tickets(u32 amount)
{
	u32 index = 0;
	struct office *office = bpf_map_lookup_elem(&ticket_office, &index);
	if (!office)
		return NO_TICKET;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		u64 next = *(volatile u64 *)&office->taken;
		if (next + amount > *(volatile u64 *)&office->issued)
			return NO_TICKET;
		if (__sync_val_compare_and_swap(&office->taken, next, next + amount) == next)
			return next;
	}
	return NO_TICKET;
}

INLINE struct ticket *ticket_of(u64 number)
{
	u32 index = number & (TICKETS - 1);
	return bpf_map_lookup_elem(&tickets, &index);
}

/* Back to Java, with all that was written to it. */
INLINE void hand_in(struct ticket *ticket, u64 number, int is_used)
{
	ticket->is_used = is_used;
	__sync_lock_test_and_set(&ticket->done, number + 1);
}

/* @return what the policy says; NONE when nothing was said ahead */
INLINE u32 taken_choice(u32 of)
{
	struct desk *desk = bpf_map_lookup_elem(&desks, &of);
	if (!desk)
		return NONE;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		u64 next = *(volatile u64 *)&desk->taken;
		if (next >= *(volatile u64 *)&desk->issued)
			return NONE;
		u32 target = desk->targets[next & (CHOICES - 1)];
		if (target == NONE)
			return NONE;
		if (__sync_val_compare_and_swap(&desk->taken, next, next + 1) == next)
			return target;
	}
	return NONE;
}

INLINE void instance_ip(u32 *to, struct target *target, int is_v6)
{
	u32 mapped[4] = {0, 0, BE32(0xffff), target->instance_v4};
	copy(to, is_v6 ? target->instance_v6 : mapped);
}

INLINE void namespace_ip(u32 *to, struct target *target, int is_v6)
{
	u32 mapped[4] = {0, 0, BE32(0xffff), target->namespace_v4};
	copy(to, is_v6 ? target->namespace_v6 : mapped);
}

/* What a change of this address adds to the sum under a checksum. */
INLINE u32 changed(const u32 *before, const u32 *after)
{
	u32 sum = 0;
#pragma unroll
	for (int i = 0; i < 4; i++)
		sum += (u16)~before[i] + (u16)(~before[i] >> 16) + (u16)after[i] + (u16)(after[i] >> 16);
	return sum;
}

INLINE int put_way(void *flows, struct ends *ends, struct way *way)
{
	u16 change = fold(changed(ends->source, way->source) + changed(ends->destination, way->destination));
	way->address_change = change == 0xffff ? 0 : change;
	way->source_port = ends->source_port;
	way->destination_port = ends->destination_port;
	return !bpf_map_update_elem(flows, ends, way, BPF_ANY);
}

/* There was no room for the other direction. */
INLINE int given_up(void *flows, struct ends *ends)
{
	bpf_map_delete_elem(flows, ends);
	return 0;
}

INLINE void turn(struct ends *ends, const u32 *source, const u32 *destination, struct ends *of)
{
	copy(ends->source, source);
	copy(ends->destination, destination);
	ends->source_port = of->destination_port;
	ends->destination_port = of->source_port;
	ends->protocol = of->protocol;
}

/* What Java must know of the flow at its own end. */
INLINE void write(struct ticket *ticket, const u32 *own, const u32 *dialled, const u32 *remote, u16 own_port,
                  u16 remote_port, u8 protocol)
{
	copy(ticket->own, own);
	copy(ticket->dialled, dialled);
	copy(ticket->remote, remote);
	ticket->own_port = own_port;
	ticket->remote_port = remote_port;
	ticket->protocol = protocol;
}

/* Whether these ends belong to a flow that is not over. */
INLINE int is_taken(void *flows, struct ends *ends)
{
	struct way *way = bpf_map_lookup_elem(flows, ends);
	return way && (ends->protocol == UDP || !is_over(way));
}

/* A flow of an instance here, to one of another worker. */
INLINE int open_remote(u32 device, int is_v6, struct packet *packet, struct door *door, struct target *target,
                       struct ticket *ticket)
{
	struct ends *out = &packet->ends, in = {};
	struct way way = {.peer_port = target->peer_port, .opened_here = 1};
	u32 remote[4];
	copy(way.peer, target->peer);
	instance_ip(remote, target, is_v6);
	turn(&in, remote, out->source, out);
	if (is_taken(&flows_in, &in))
		return 0;
	way.generation = ticket->generation;
	copy(way.source, out->destination);
	copy(way.destination, out->source);
	way.to_device = door->own_device;
	way.use = 2 * ticket->slot + 1;
	if (!put_way(&flows_in, &in, &way))
		return 0;
	copy(way.source, door->own_instance);
	namespace_ip(way.destination, target, is_v6);
	way.from_device = device;
	way.to_device = target->device;
	copy(way.self, target->self);
	copy(way.next_hop, target->next_hop);
	way.use = 2 * ticket->slot;
	write(ticket, out->source, out->destination, remote, out->source_port, out->destination_port, out->protocol);
	ticket->opened_here = 1;
	ticket->has_partner = 0;
	return put_way(&flows_out, out, &way) || given_up(&flows_in, &in);
}

/* A flow between two instances here is two of Java's. */
INLINE int open_local(u32 device, int is_v6, struct packet *packet, struct door *door, struct target *target,
                      struct ticket *ticket, struct ticket *partner)
{
	struct ends *out = &packet->ends, back = {};
	struct way way = {};
	u32 remote[4], receiver[4];
	instance_ip(remote, target, is_v6);
	namespace_ip(receiver, target, is_v6);
	turn(&back, receiver, door->own_instance, out);
	if (is_taken(&flows_out, &back))
		return 0;
	copy(way.source, out->destination);
	copy(way.destination, out->source);
	way.from_device = target->device;
	way.to_device = device;
	way.use = 2 * partner->slot;
	way.generation = partner->generation;
	way.other_use = 2 * ticket->slot + 1;
	way.other_generation = ticket->generation;
	if (!put_way(&flows_out, &back, &way))
		return 0;
	copy(way.source, door->own_instance);
	copy(way.destination, receiver);
	way.from_device = device;
	way.to_device = target->device;
	way.opened_here = 1;
	way.use = 2 * ticket->slot;
	way.generation = ticket->generation;
	way.other_use = 2 * partner->slot + 1;
	way.other_generation = partner->generation;
	write(ticket, out->source, out->destination, remote, out->source_port, out->destination_port, out->protocol);
	ticket->opened_here = 1;
	ticket->has_partner = 1;
	write(partner, receiver, door->own_instance, door->own_instance, out->destination_port, out->source_port,
	      out->protocol);
	partner->opened_here = 0;
	partner->has_partner = 0;
	return put_way(&flows_out, out, &way) || given_up(&flows_out, &back);
}

/* @return the way of the flow that the packet opens; null when it is Java's to open */
INLINE struct way *open_outbound(u32 device, int is_v6, struct packet *packet)
{
	struct pair pair = {.device = device};
	copy(pair.source, packet->ends.source);
	copy(pair.destination, packet->ends.destination);
	struct door *door = bpf_map_lookup_elem(&doors, &pair);
	if (!door)
		return 0;
	/* Two, for both ends may be here. */
	u64 number = taken_tickets(2);
	if (number == NO_TICKET)
		return 0;
	struct ticket *ticket = ticket_of(number), *partner = ticket_of(number + 1);
	if (!ticket || !partner)
		return 0;
	u32 chosen = door->desk == NONE ? door->target : taken_choice(door->desk);
	struct target *target = bpf_map_lookup_elem(&targets, &chosen);
	int is_open = 0, is_local = 0;
	ticket->target = chosen;
	if (target && is_address(target->peer)) {
		is_open = open_remote(device, is_v6, packet, door, target, ticket);
	} else if (target) {
		is_local = 1;
		is_open = open_local(device, is_v6, packet, door, target, ticket, partner);
	}
	partner->target = NONE;
	hand_in(partner, number + 1, is_open && is_local);
	hand_in(ticket, number, is_open);
	if (!is_open)
		return 0;
	count(OPENED_FLOWS, 1);
	return bpf_map_lookup_elem(&flows_out, &packet->ends);
}

/* The same for one from another worker. */
INLINE struct way *open_inbound(struct sender *sender, int is_v6, struct packet *packet)
{
	struct ends *in = &packet->ends, out = {};
	struct pair pair = {};
	copy(pair.source, in->source);
	copy(pair.destination, in->destination);
	struct door *door = bpf_map_lookup_elem(&doors, &pair);
	struct target *target = door ? bpf_map_lookup_elem(&targets, &door->target) : 0;
	if (!door || !target || !is_same(target->peer, sender->address) || target->peer_port != sender->port)
		return 0;
	turn(&out, in->destination, in->source, in);
	if (is_taken(&flows_out, &out))
		return 0;
	u64 number = taken_tickets(1);
	struct ticket *ticket = number == NO_TICKET ? 0 : ticket_of(number);
	if (!ticket)
		return 0;
	struct way way = {.peer_port = sender->port, .generation = ticket->generation};
	copy(way.peer, sender->address);
	copy(way.source, door->own_instance);
	namespace_ip(way.destination, target, is_v6);
	way.from_device = door->own_device;
	way.to_device = target->device;
	copy(way.self, target->self);
	copy(way.next_hop, target->next_hop);
	way.use = 2 * ticket->slot;
	int is_open = put_way(&flows_out, &out, &way);
	if (is_open) {
		copy(way.source, in->source);
		copy(way.destination, in->destination);
		way.from_device = 0;
		way.to_device = door->own_device;
		__builtin_memset(way.self, 0, sizeof(way.self));
		__builtin_memset(way.next_hop, 0, sizeof(way.next_hop));
		way.use = 2 * ticket->slot + 1;
		is_open = put_way(&flows_in, in, &way) || given_up(&flows_out, &out);
	}
	write(ticket, in->destination, in->source, in->source, in->destination_port, in->source_port, in->protocol);
	ticket->opened_here = 0;
	ticket->has_partner = 0;
	ticket->target = door->target;
	hand_in(ticket, number, is_open);
	if (!is_open)
		return 0;
	count(OPENED_FLOWS, 1);
	return bpf_map_lookup_elem(&flows_in, in);
}
