/**
 * The domain on Kafka Streams: topics in, topics out, one RocksDB store. A record travels
 *
 * <pre>
 *  bytes ─ serde ─► AllocationRecords ─► domain ─► RouteRecords ─ serde ─► bytes
 *                                          ▲▼
 *                                     StoredRealm (RocksDB)
 * </pre>
 */
@NullMarked
package io.xylem.routing.stream;

import org.jspecify.annotations.NullMarked;
