/* What Java and the programs share. The layouts are io.xylem.proxy.ebpf's FlowEntry and FlowUse. */
#pragma once
#include "kernel.h"

/* A packet's ends. Addresses in network order, IPv4 ones mapped into IPv6 (::ffff:a.b.c.d). */
struct ends {
	u32 source[4];
	u32 destination[4];
	u16 source_port;
	u16 destination_port;
	u8 protocol;
	u8 zero[3];
};

/* What becomes of the packets between two ends. */
struct way {
	u32 source[4];      /* the new addresses and ports */
	u32 destination[4];
	u16 source_port;
	u16 destination_port;
	u32 address_change; /* one's complement sums of new less old, folded to 16 bits */
	u32 port_change;
	u32 from_device;    /* the only one that such packets may come from; 0: the tunnel */
	u32 to_device;      /* of the underlay, or the host side of the receiving instance */
	u16 peer_port;
	u16 opened_here;    /* for Java, after a restart */
	u32 peer[4];        /* the other worker's outer address; all 0: both ends are here */
	u32 self[4];        /* this worker's */
	u32 next_hop[4];    /* where the underlay sends what is for the peer */
	u32 use;            /* index into flow_uses */
	u32 other_use;      /* both ends are here: of the receiver's flow */
	u32 generation;     /* of the entry in flow_uses; another one: it belongs to a later flow by now */
	u32 other_generation;
	u64 from_ns;        /* CLOCK_MONOTONIC; before it, datagrams are left to Java */
};

INLINE void copy(u32 *to, const u32 *from)
{
	__builtin_memcpy(to, from, 16);
}

INLINE int is_same(const u32 *one, const u32 *other)
{
	return !((one[0] ^ other[0]) | (one[1] ^ other[1]) | (one[2] ^ other[2]) | (one[3] ^ other[3]));
}

/* Whether there is one at all. */
INLINE int is_address(const u32 *address)
{
	return (address[0] | address[1] | address[2] | address[3]) != 0;
}

INLINE int is_mapped_v4(const u32 *address)
{
	return !(address[0] | address[1]) && address[2] == BE32(0xffff);
}

/* How a flow was used in one direction. Java reads it in place. */
struct use {
	u64 last_ns; /* CLOCK_MONOTONIC */
	u64 packets;
	u64 bytes; /* of IP packets as the instances see them */
	u32 generation;
	u32 tcp_flags; /* all that were seen */
	u32 acknowledged;
	u32 sent; /* the sequence number after the last octet */
	u32 alone; /* long segments in a row that came alone; see merge.h */
	u32 zero;
	u64 pad[2];
};

/*
 * Flows that the programs open by themselves. Java opens a door for a sender and the address that it dials; behind a door
 * to a service stands a desk with choices that the policy made ahead, each for one flow. A ticket is a slot of Java's
 * table, given ahead too; with what the flow is written to it, it goes back. Layouts: io.xylem.proxy.ebpf's KernelDoors.
 */
enum { CHOICES = 512, DESKS = 1024, DOORS = 16384, TARGETS = 8192, TICKETS = 1024 };
#define NONE 0xffffffffu

struct pair {
	u32 source[4];
	u32 destination[4];
	u32 device; /* 0: the tunnel */
};

struct door {
	u32 own_instance[4]; /* the own end's instance IP */
	u32 own_device;
	u32 desk;   /* NONE: it leads to one target only */
	u32 target;
	u32 zero;
};

struct desk {
	u64 taken;  /* so many choices ever, by whomever */
	u64 issued; /* so many ever */
	u32 targets[CHOICES]; /* NONE: Java's to carry out */
};

/* An instance to which flows may be opened, or which may open some. */
struct target {
	u32 instance_v4;
	u32 namespace_v4;
	u32 instance_v6[4];
	u32 namespace_v6[4];
	u32 peer[4]; /* as in a way */
	u32 self[4];
	u32 next_hop[4];
	u32 device;
	u16 peer_port;
	u16 zero;
};

struct office {
	u64 taken;
	u64 issued;
};

struct ticket {
	u32 slot;
	u32 generation;
	u64 done; /* 1 more than the ticket's number, when the rest is there */
	u32 own[4];
	u32 dialled[4];
	u32 remote[4]; /* instance IP */
	u16 own_port;
	u16 remote_port;
	u8 protocol;
	u8 opened_here;
	u8 is_used; /* 0: no flow came of it */
	u8 has_partner; /* the next ticket is the other end of this flow, on this worker */
	u32 target; /* NONE: not known */
	u32 zero;
};

/*
 * Peers that are asked whether IP in IP comes to them, by either protocol, and what was heard of it; see ipip.h. Java enters them.
 * The layout is io.xylem.proxy.ebpf's IpInIp.
 */
enum { ASKED_PEERS = 2048 };

struct asked {
	u32 peer[4];
	u32 protocol;
};

struct answer {
	u64 nonce;
	u64 answered_ns; /* CLOCK_MONOTONIC; 0: never */
};

/* Indexes of the counts; the names are io.xylem.proxy.ebpf's PathCount. */
enum count {
	OUTBOUND_PACKETS,
	OUTBOUND_BYTES,
	INBOUND_PACKETS,
	INBOUND_BYTES,
	LOCAL_PACKETS,
	LOCAL_BYTES,
	LEFT_PACKETS,  /* to Java */
	OUTBOUND_LOST, /* the kernel refused a change */
	INBOUND_LOST,
	OPENED_FLOWS, /* by the programs */
	IP_IN_IP_PACKETS, /* of the outbound ones */
	COUNTS
};

struct config {
	u16 tunnel_port; /* network order */
	u16 zero;
	u32 merge_device; /* 0: there is none */
};

/* Read by the loader, which knows how many flows there may be: it has room for `entries`, and `for_a_flow` more for each. */
struct map {
	u32 type, key_bytes, value_bytes, entries, for_a_flow, flags;
};

#define MAP(name) struct map name SECTION("maps")

MAP(flows_out) = {BPF_MAP_TYPE_HASH, sizeof(struct ends), sizeof(struct way), 0, 1, BPF_F_NO_PREALLOC};
MAP(flows_in) = {BPF_MAP_TYPE_HASH, sizeof(struct ends), sizeof(struct way), 0, 1, BPF_F_NO_PREALLOC};
/* Of each flow the outbound direction, then the inbound one. */
MAP(flow_uses) = {BPF_MAP_TYPE_ARRAY, 4, sizeof(struct use), 0, 2, BPF_F_MMAPABLE};
MAP(counts) = {BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, COUNTS, 0, 0};
MAP(config) = {BPF_MAP_TYPE_ARRAY, 4, sizeof(struct config), 1, 0, 0};
MAP(doors) = {BPF_MAP_TYPE_HASH, sizeof(struct pair), sizeof(struct door), DOORS, 0, BPF_F_NO_PREALLOC};
MAP(desks) = {BPF_MAP_TYPE_ARRAY, 4, sizeof(struct desk), DESKS, 0, BPF_F_MMAPABLE};
MAP(targets) = {BPF_MAP_TYPE_ARRAY, 4, sizeof(struct target), TARGETS, 0, 0};
MAP(ticket_office) = {BPF_MAP_TYPE_ARRAY, 4, sizeof(struct office), 1, 0, BPF_F_MMAPABLE};
MAP(tickets) = {BPF_MAP_TYPE_ARRAY, 4, sizeof(struct ticket), TICKETS, 0, BPF_F_MMAPABLE};
MAP(ip_in_ip) = {BPF_MAP_TYPE_HASH, sizeof(struct asked), sizeof(struct answer), ASKED_PEERS, 0, BPF_F_NO_PREALLOC};

INLINE void count(enum count which, u64 amount)
{
	u32 index = which;
	u64 *cell = bpf_map_lookup_elem(&counts, &index);
	if (cell)
		*cell += amount;
}

/* In network order. */
INLINE u16 tunnel_port(void)
{
	u32 index = 0;
	struct config *entry = bpf_map_lookup_elem(&config, &index);
	return entry ? entry->tunnel_port : 0;
}

INLINE u32 merge_device(void)
{
	u32 index = 0;
	struct config *entry = bpf_map_lookup_elem(&config, &index);
	return entry ? entry->merge_device : 0;
}
