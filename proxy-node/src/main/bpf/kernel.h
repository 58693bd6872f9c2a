/* What the programs need of the kernel's interface, from linux/bpf.h and linux/if_ether.h: only clang is needed to build. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define SECTION(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* All targets of the kernel on which Xylem runs are little-endian, as is the class of the ELF file. */
#define BE16(value) __builtin_bswap16(value)
#define BE32(value) __builtin_bswap32(value)

struct __sk_buff {
	u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority;
	u32 ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid, data, data_end, napi_id;
	u32 family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4], remote_port, local_port, data_meta;
	u64 flow_keys;
	u64 tstamp;
	u32 wire_len, gso_segs;
	u64 sk;
	u32 gso_size;
};

/* In so many words: a compiler that joins several reads makes of the pointers what the verifier takes for numbers. */
INLINE void *data_of(struct __sk_buff *skb)
{
	void *data;
	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(data) : "r"(skb), "i"(__builtin_offsetof(struct __sk_buff, data)));
	return data;
}

INLINE void *data_end_of(struct __sk_buff *skb)
{
	void *end;
	asm volatile("%0 = *(u32 *)(%1 + %2)" : "=r"(end) : "r"(skb), "i"(__builtin_offsetof(struct __sk_buff, data_end)));
	return end;
}

/* Between two of its uses far apart: a compiler that keeps a pointer into the middle of it has the verifier refuse the program. */
#define AFRESH(skb) asm volatile("" : "+r"(skb))

struct bpf_redir_neigh {
	u32 nh_family;
	u32 nexthop[4];
};

enum { AF_INET = 2, AF_INET6 = 10 };
enum { PACKET_HOST = 0 };

/* TCX_NEXT: the packet goes on as if this program were not here, to further programs and the kernel. */
enum verdict { NEXT = -1, DROP = 2 };

enum { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2, BPF_MAP_TYPE_PERCPU_ARRAY = 6, BPF_MAP_TYPE_RINGBUF = 27 };
enum { BPF_ANY = 0 };
enum { BPF_F_NO_PREALLOC = 1, BPF_F_MMAPABLE = 1 << 10 };

/* bpf_l4_csum_replace; the last is newer than some distributions' headers. */
enum { BPF_F_PSEUDO_HDR = 1 << 4, BPF_F_MARK_MANGLED_0 = 1 << 5, BPF_F_IPV6 = 1 << 7 };

/* bpf_skb_adjust_room */
enum { BPF_ADJ_ROOM_NET = 0, BPF_ADJ_ROOM_MAC = 1 };
enum {
	BPF_F_ADJ_ROOM_FIXED_GSO = 1 << 0,
	BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 = 1 << 1,
	BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 = 1 << 2,
	BPF_F_ADJ_ROOM_ENCAP_L4_UDP = 1 << 4,
	BPF_F_ADJ_ROOM_NO_CSUM_RESET = 1 << 5,
	BPF_F_ADJ_ROOM_DECAP_L3_IPV4 = 1 << 7,
	BPF_F_ADJ_ROOM_DECAP_L3_IPV6 = 1 << 8,
};

/* The numbers are the contract (enum bpf_func_id). */
static void *(*const bpf_map_lookup_elem)(const void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(const void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(const void *map, const void *key) = (void *)3;
static u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static long (*const bpf_skb_store_bytes)(struct __sk_buff *, u32 at, const void *from, u32 bytes, u64 flags) = (void *)9;
static long (*const bpf_l4_csum_replace)(struct __sk_buff *, u32 at, u64 from, u64 to, u64 flags) = (void *)11;
static long (*const bpf_redirect)(u32 device, u64 flags) = (void *)23;
static long (*const bpf_skb_load_bytes)(const struct __sk_buff *, u32 at, void *to, u32 bytes) = (void *)26;
static long (*const bpf_skb_pull_data)(struct __sk_buff *, u32 bytes) = (void *)39;
static long (*const bpf_csum_update)(struct __sk_buff *, u32 sum) = (void *)40;
static long (*const bpf_skb_adjust_room)(struct __sk_buff *, int bytes, u32 mode, u64 flags) = (void *)50;
static void *(*const bpf_ringbuf_reserve)(void *map, u64 bytes, u64 flags) = (void *)131;
static void (*const bpf_ringbuf_submit)(void *record, u64 flags) = (void *)132;
static void (*const bpf_ringbuf_discard)(void *record, u64 flags) = (void *)133;
static long (*const bpf_redirect_neigh)(u32 device, struct bpf_redir_neigh *, int bytes, u64 flags) = (void *)152;
static long (*const bpf_redirect_peer)(u32 device, u64 flags) = (void *)155;
static u64 (*const bpf_ktime_get_coarse_ns)(void) = (void *)160;
