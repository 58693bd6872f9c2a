package io.xylem.balancing;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;

/** Hashes that are the same in every process. */
final class Hashes {
    /** Odd, and no bit of it is rare. */
    private static final long FACTOR = 0x9e3779b97f4a7c15L;

    private Hashes() {}

    /** The finalizer of SplitMix64: a bijection in which every bit depends on every other. */
    static long mix(long word) {
        long mixed = word + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    static long of(ServiceName name) {
        return mix(word(name));
    }

    static long of(Site site) {
        return mix(site.worker().hashCode());
    }

    /** To be mixed. Made of {@link String#hashCode}, whose value the language fixes and each string remembers. */
    static long word(InstanceName name) {
        return word(name.service()) * FACTOR + name.number();
    }

    private static long word(ServiceName name) {
        long word = name.app().hashCode();
        word = word * FACTOR + name.appNamespace().hashCode();
        word = word * FACTOR + name.service().hashCode();
        return word * FACTOR + name.serviceNamespace().hashCode();
    }
}
