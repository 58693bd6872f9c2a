package io.xylem.balancing;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;

/** Hashes that are the same in every process. */
final class Hashes {
    private Hashes() {}

    /** The finalizer of SplitMix64: a bijection in which every bit depends on every other. */
    static long mix(long word) {
        long mixed = word + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** By {@link String#hashCode}, whose value the language fixes and each string remembers. */
    static long of(ServiceName name) {
        long hash = mix(name.app().hashCode());
        hash = mix(hash ^ name.appNamespace().hashCode());
        hash = mix(hash ^ name.service().hashCode());
        return mix(hash ^ name.serviceNamespace().hashCode());
    }

    static long of(Site site) {
        return mix(site.worker().hashCode());
    }

    static long of(InstanceName name) {
        return mix(of(name.service()) ^ name.number());
    }
}
